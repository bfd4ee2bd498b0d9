//! `fnet replay`: flows that were recorded, decided again by the model. Here is how one flow is decided and compared; where
//! its interface stands and how differences are counted is beside it.
//!
//! A log tells what security groups and admin rules decided, so that is what is compared, and not whether a call arrives.

mod sites;
mod tally;

use super::answer::Answer;
use crate::engine::{EffectiveSecurity, Engine, Ruling};
use crate::flowlog::{self, Forms, LogPlace, RecordedFlow, Sink, Surroundings};
use crate::net::FiveTuple;
use crate::source::SourceMap;
use sites::{Site, Sites, Within};
use std::cell::OnceCell;
use std::io::{self, Read};
use tally::{By, Difference, Skipped, Tally};

/// Logs that are being held against a model.
pub struct Replay<'m> {
    engine: &'m Engine<'m>,
    sources: &'m SourceMap,
    forms: Forms,
    sites: Sites,
    /// What decides at each site, out of it and into it; compiled when a flow first asks.
    security: Vec<[OnceCell<EffectiveSecurity<'m>>; 2]>,
    /// Where the target of the log keeps the interfaces that it tells of.
    within: Within,
    /// Why nothing of what is being read can be compared.
    skip: Option<Skipped>,
    /// The rule of the log that decided what is being read.
    recorded_by: String,
    log: String,
    tally: Tally,
}

impl<'m> Replay<'m> {
    pub(crate) fn of(engine: &'m Engine<'m>, sources: &'m SourceMap) -> Self {
        let sites = Sites::of(engine.model);
        let security = sites.all().iter().map(|_| [const { OnceCell::new() }; 2]).collect();
        Self {
            engine,
            sources,
            forms: Forms::of(engine.platform()),
            sites,
            security,
            within: Within::default(),
            skip: None,
            recorded_by: String::new(),
            log: String::new(),
            tally: Tally::default(),
        }
    }

    /// Reads a log, JSON or lines of tuples, and compares its flows; `name` is what messages call it.
    ///
    /// # Errors
    ///
    /// When it cannot be read. What was read until then counts.
    pub fn read(&mut self, name: &str, log: impl Read) -> io::Result<()> {
        self.log = name.to_string();
        self.tally.logs.push(name.to_string());
        (self.within, self.skip) = (Within::default(), None);
        self.recorded_by.clear();
        let forms = self.forms.clone();
        flowlog::read(log, &forms, self)
    }

    /// How many tuples have been read so far.
    pub fn records(&self) -> u64 {
        self.tally.records
    }

    pub(crate) fn answer(self) -> Answer {
        let Self { engine, sources, security, sites, tally, .. } = self;
        Answer::Replay(tally.answer(engine, sources, &security, &sites))
    }

    fn compare(&mut self, flow: &RecordedFlow) {
        if let Some(why) = self.skip {
            return self.tally.skip(why, flow);
        }
        if flow.unencrypted && !flow.allowed {
            return self.tally.skip(Skipped::Unencrypted, flow);
        }
        let Some(protocol) = flow.protocol else { return self.tally.skip(Skipped::Protocol, flow) };
        let own = if flow.outbound { flow.source } else { flow.destination };
        let site = match self.sites.find(own, &self.within) {
            Site::One(site) => site,
            Site::Several => return self.tally.skip(Skipped::Ambiguous, flow),
            Site::None => return self.tally.skip(Skipped::Unplaced, flow),
        };
        let asked = FiveTuple {
            protocol,
            source: flow.source,
            source_port: Some(flow.source_port),
            destination: flow.destination,
            port: flow.port,
        };
        let interface = self.sites.all()[site];
        let engine = self.engine;
        let security = self.security[site][usize::from(flow.outbound)]
            .get_or_init(|| engine.effective_security(interface.subnet, interface.nic, flow.outbound));
        let decision = security.decide(&asked);
        let agrees = match decision.ruling {
            Ruling::Allowed => flow.allowed,
            Ruling::Denied => !flow.allowed,
            Ruling::Unknown => false,
        };
        if agrees {
            self.tally.agree(flow);
            return;
        }
        let by = match decision.by {
            Some(line) => By::Line(security.owner(line), security.rule_number(line)),
            None => By::Nothing(interface.subnet),
        };
        let kind = Difference { was_allowed: flow.allowed, ruling: decision.ruling, outbound: flow.outbound, by };
        self.tally.differ(kind, site, decision.by, protocol, flow, &self.recorded_by);
    }
}

impl Sink for Replay<'_> {
    fn among(&mut self, surroundings: Surroundings<'_>) {
        self.within = self.sites.within(surroundings.target, &self.forms);
        let words = [surroundings.group, surroundings.rule];
        let any = |is: &dyn Fn(&str) -> bool| words.iter().flatten().any(|word| is(word));
        self.skip = if any(&|word| self.forms.is_no_rule(word)) {
            Some(Skipped::Unencrypted)
        } else if any(&|word| self.forms.is_platform_rule(word)) {
            Some(Skipped::ByPlatform)
        } else {
            None
        };
        self.recorded_by.clear();
        self.recorded_by.push_str(surroundings.rule.unwrap_or_default());
    }

    fn flow(&mut self, flow: &RecordedFlow) {
        self.tally.count(flow);
        self.compare(flow);
    }

    fn malformed(&mut self, place: LogPlace, what: &str) {
        self.tally.malformed(&self.log, place, what);
    }
}
