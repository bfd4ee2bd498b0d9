//! The forms of flow logs: what their records are called and what stands in their tuples. How a log is read is not here.

use crate::net::Protocol;
use crate::platform::reader::{Reader, words_of};
use crate::syntax::ast::Declaration;

/// A form of flow log.
#[derive(Clone, Debug)]
pub struct FlowLogForm {
    /// What people call it.
    pub title: String,
    /// What its records are called.
    pub category: String,
    /// The keys of JSON, each with what it is the key of: `target`, `interface`, `group`, `rule`, `tuples`.
    pub keys: Vec<(String, String)>,
    /// What the ids of resources call a `vnet` and a `subnet`.
    pub resources: Vec<(String, String)>,
    /// What stands in a tuple, in order: `time`, `source`, `destination`, `source-port`, `port`, `protocol`, `direction`,
    /// `decision`, `encryption`, `bytes-sent`, …
    pub fields: Vec<String>,
    /// What stands for each protocol.
    pub protocols: Vec<(String, Protocol)>,
    /// What stands for flows that arrive.
    pub inbound: Vec<String>,
    /// What stands for flows that leave.
    pub outbound: Vec<String>,
    /// The decisions that let a flow pass.
    pub allowed: Vec<String>,
    /// The decisions that drop it.
    pub denied: Vec<String>,
    /// What of its encryption drops a flow, whatever the groups say.
    pub unencrypted: Vec<String>,
    /// What stands for no rule.
    pub ruled_by_none: Vec<String>,
    /// What stands for a rule of the platform.
    pub ruled_by_platform: Vec<String>,
}

impl FlowLogForm {
    pub(in crate::platform) fn read(_: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        let pairs = |name: &str| -> Vec<(String, String)> {
            let words = r.named(name).flat_map(words_of).collect::<Vec<_>>();
            words.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
        };
        let protocol = |(word, written): (String, String)| Some((written, Protocol::named(&word)?));
        Self {
            title: r.text("title"),
            category: r.text("category"),
            keys: pairs("key"),
            resources: pairs("resource"),
            fields: r.words("field"),
            protocols: pairs("protocol").into_iter().filter_map(protocol).collect(),
            inbound: r.words("inbound"),
            outbound: r.words("outbound"),
            allowed: r.words("allowed"),
            denied: r.words("denied"),
            unencrypted: r.words("unencrypted"),
            ruled_by_none: r.words("ruled-by-none"),
            ruled_by_platform: r.words("ruled-by-platform"),
        }
    }

    /// Where a field stands in a tuple, from 0.
    pub fn place(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|known| known == field)
    }
}
