//! The answer to `fnet replay`.

use super::Place;
use serde::Serialize;

/// What a log and the model say of recorded flows. A record is a tuple of a log; a flow that lasts has several.
#[derive(Clone, Debug, Serialize)]
pub struct ReplayAnswer {
    /// The logs, as they were named.
    pub logs: Vec<String>,
    /// How many records were read.
    pub records: u64,
    /// The time of the earliest, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// The time of the latest, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// How many records the model decides as they were decided.
    pub agreeing: u64,
    /// How many were allowed, and the model denies them.
    pub now_denied: u64,
    /// How many were denied, and the model allows them.
    pub now_allowed: u64,
    /// Of how many the model does not state what decides.
    pub unknown: u64,
    /// The records that the model decides otherwise, by the line that decides.
    pub differences: Vec<DifferenceAnswer>,
    /// Records that say nothing about the model's rules, or that the model says nothing of.
    pub not_compared: Vec<NotComparedAnswer>,
    /// How many records could not be read.
    pub unreadable: u64,
    /// Where the first of those stand.
    pub malformed: Vec<MalformedAnswer>,
}

impl ReplayAnswer {
    /// How many records were compared with the model.
    pub fn compared(&self) -> u64 {
        self.agreeing + self.now_denied + self.now_allowed + self.unknown
    }

    /// How many of them the model decides otherwise.
    pub fn differing(&self) -> u64 {
        self.now_denied + self.now_allowed
    }
}

/// What becomes of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RulingWord {
    /// It is dropped.
    Denied,
    /// It passes.
    Allowed,
    /// The model does not state what decides it.
    Unknown,
}

impl RulingWord {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Allowed => "allowed",
            Self::Unknown => "unknown",
        }
    }
}

/// Which way flows go through an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DirectionWord {
    /// They arrive.
    Inbound,
    /// They leave.
    Outbound,
}

impl DirectionWord {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

/// Records that one line decides otherwise than they were decided.
#[derive(Clone, Debug, Serialize)]
pub struct DifferenceAnswer {
    /// What became of them.
    pub recorded: RulingWord,
    /// What the model does.
    pub model: RulingWord,
    /// Which way they went.
    pub direction: DirectionWord,
    /// The list that decides, such as `nsg guard`.
    pub list: String,
    /// The line that decides; none where no list has a say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// Where the line stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The facts that would decide, where the model does not state them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<String>,
    /// The rules that decided in the log, the first three.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recorded_by: Vec<String>,
    /// How many records.
    pub records: u64,
    /// Their bytes, both ways.
    pub bytes: u64,
    /// The time of the earliest, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// The time of the latest, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// They, by source, destination and port, most records first; a hundred at most.
    pub flows: Vec<FlowsAnswer>,
    /// How many records are of further ones.
    pub more: u64,
}

/// Records of one source, destination and port.
#[derive(Clone, Debug, Serialize)]
pub struct FlowsAnswer {
    /// The source.
    pub source: String,
    /// What the model calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_name: Option<String>,
    /// The destination.
    pub destination: String,
    /// What the model calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_name: Option<String>,
    /// The protocol.
    pub protocol: String,
    /// The destination port; none of a protocol without ports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// How many records.
    pub records: u64,
    /// Their bytes, both ways.
    pub bytes: u64,
    /// The time of the earliest, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// The time of the latest, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
}

/// Records that were not compared.
#[derive(Clone, Debug, Serialize)]
pub struct NotComparedAnswer {
    /// Why.
    pub why: String,
    /// How many.
    pub records: u64,
    /// The address of an interface that such a record tells of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
}

/// Something in a log that could not be read.
#[derive(Clone, Debug, Serialize)]
pub struct MalformedAnswer {
    /// The log.
    pub log: String,
    /// The line, from 1.
    pub line: u64,
    /// The column in bytes, from 1, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// What is wrong.
    pub what: String,
}
