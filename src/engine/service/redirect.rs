//! Sessions that a server hands on: the handshake is at the server's own port, what follows at others.

use super::super::Engine;
use super::super::egress::Caller;
use super::super::question::{Question, Target};
use super::super::trail::{Mark, Outcome, Step, Trail, Verdict};
use super::rule_of;
use crate::model::*;
use crate::net::{PortSet, Protocol};
use crate::syntax::ast::Over;

impl Engine<'_> {
    /// What becomes of a session that the server redirects, where its policy does that for this caller: the way of the
    /// new connection is walked like any other.
    pub(super) fn redirected(
        &self,
        question: &Question,
        noun: &Service,
        caller: &Caller,
        asked: &PortSet,
    ) -> Option<Onward> {
        let of_type = noun.service_type.as_ref()?;
        let rule = rule_of(self, noun, |rules| &rules.redirect)?;
        let ports = of_type.redirect_ports.clone();
        let own = of_type.endpoints.first().map(|endpoint| endpoint.ports.clone()).unwrap_or_default();
        let policy = noun.connection_policy.as_ref();
        let redirects = match policy.map(|policy| policy.value.as_str()) {
            Some("proxy") => false,
            Some("redirect") => true,
            _ => caller.azure,
        };
        if ports.is_empty() || !redirects || asked.intersection(&own).is_empty() {
            return None;
        }
        let region = noun.head.region.as_ref().map(|region| region.value.clone());
        let name = of_type.tag.clone()?;
        let text = self.platform().tag_name(&name, region.as_deref());
        let onward = Question {
            target: Target::Ends(self.tag_ends(&TagRef { name, region, text: text.clone() })),
            ports: ports.clone(),
            over: Some(Over::Protocol(Protocol::Tcp)),
            ..question.clone()
        };
        let place = policy.map_or(noun.head.span, |policy| policy.span);
        let inside = if policy.is_some_and(|policy| policy.value == "redirect") { "" } else { "inside Azure " };
        let to = format!("{inside}{} hands the session on to ports {ports} of {text}", noun.head.name);
        let trails: Vec<Trail> = self.walk(&onward).into_iter().map(|part| part.trail).collect();
        let blocked = |trail: &&Trail| matches!(trail.verdict(), Verdict::No(_));
        let step = match (trails.iter().find(blocked), trails.iter().all(|trail| blocked(&trail))) {
            (None, _) => match trails.iter().find_map(|trail| trail.deciding()) {
                None => Step::pass(&rule, format!("{to}, and nothing stops it")),
                Some(doubt) => {
                    let (fact, line) = match &doubt.mark {
                        Mark::Unknown(fact, line) => (fact.clone(), line.clone()),
                        _ => (String::new(), None),
                    };
                    Step::unknown(&rule, format!("{to}: {}", doubt.words()), fact, line)
                }
            },
            (Some(trail), true) => {
                let deciding = trail.deciding();
                let why = deciding.map_or("", |step| step.words()).to_string();
                let outcome = match deciding.map(|step| &step.mark) {
                    Some(Mark::Block(outcome)) => *outcome,
                    _ => Outcome::Dropped,
                };
                let words = format!("the handshake succeeds and the session fails: {why}");
                let mut step = Step::block(&rule, outcome, format!("{to}: {why}")).headline(words);
                step.remedy = deciding.and_then(|step| step.remedy.clone());
                step
            }
            (Some(trail), false) => {
                let why = trail.deciding().map_or("", |step| step.words()).to_string();
                let fact = format!("which address {} calls from", caller.ends);
                Step::unknown(&rule, format!("{to}, which does not pass for every address: {why}"), fact, None)
            }
        };
        let cause = trails.iter().find(blocked).and_then(|trail| trail.deciding()).cloned();
        let rests = trails.iter().flat_map(Trail::places);
        Some(Onward { step: step.at(place).beside(rests), ports, cause })
    }
}

/// A session that is handed on.
pub(super) struct Onward {
    /// What becomes of it.
    step: Step,
    /// The ports that it goes on to.
    ports: PortSet,
    /// The step that stops it there.
    cause: Option<Step>,
}

impl Onward {
    /// Puts it behind the step of the firewall. One that arrives is no news, and what has stopped the handshake already is
    /// told once: then what opens the way opens it for these ports too.
    pub(super) fn follow(&self, mut firewall: Step, asked: &PortSet, trail: &mut Trail) {
        if self.step.mark == Mark::Pass {
            if !firewall.is_block() {
                firewall.rests_also(self.step.rule.clone());
            }
            trail.push(firewall);
            return;
        }
        trail.push(firewall);
        let same = |step: &&mut Step| {
            let cause = self.cause.as_ref();
            cause.is_some_and(|cause| step.is_block() && cause.rule == step.rule && cause.place == step.place)
        };
        match trail.steps.iter_mut().find(same) {
            Some(known) => {
                let (own, both) = (format!(":{asked} }}"), format!(":{asked},{} }}", self.ports));
                known.remedy = known.remedy.take().map(|remedy| remedy.replace(&own, &both));
            }
            None => trail.push(self.step.clone()),
        }
    }
}
