//! What the platform fetches for an app by the public way first: Key Vault references, certificates, logs. Whether the
//! app runs without it is told elsewhere.

use super::Engine;
use super::app::integration_span;
use super::packet::{Packet, Part};
use super::question::{Question, Target, Traffic};
use super::trail::{Mark, Outcome, Step, Verdict};
use crate::model::*;

impl Engine<'_> {
    /// A call of the platform for an integrated app: the public way first, and for references then the network.
    pub(super) fn public_first(&self, packet: Packet<'_>, app: AppId) -> Vec<Part> {
        let destination = packet.flows.destination.possible().clone();
        let vnet = &self.model[packet.vnet].head.name;
        let place = integration_span(&self.model[app]);
        let public = destination.is_subset(&self.public_space());
        let references = packet.question.traffic == Traffic::KeyVaultReference;
        let mut inside = packet.clone();
        let text = if public {
            let mut first = packet.clone();
            let text = format!("{} tries the public way first", packet.question.traffic.word());
            first.push(Step::note("scope.config.key-vault", text).at(place));
            let parts = self.past_network(first, app, None);
            if !references || parts.iter().all(|part| part.verdict() == Verdict::Yes) {
                return parts;
            }
            let refusal = parts.iter().find_map(|part| part.trail.deciding()).map_or("", Step::words);
            format!("the public way fails ({refusal}), so the reference tries {vnet}")
        } else if references {
            format!("{} is private, so the reference goes through {vnet}", packet.flows.destination)
        } else {
            let text = format!("{} is private, and no public way leads there", packet.flows.destination);
            return vec![packet.end_with(Step::block("scope.config.unsupported", Outcome::Dropped, text).at(place))];
        };
        inside.push(Step::pass("scope.config.key-vault", text).at(place).also("eval.out.4-scope"));
        self.leave(inside)
    }

    /// What a refusal means for a call of the platform: references need a network that the vault admits, and nothing
    /// else goes through an integration at all.
    pub(super) fn judge_platform_calls(&self, question: &Question, app: AppId, parts: &mut [Part]) {
        if !question.traffic.is_of_platform() || !self.fires("kvref.allowed") {
            return;
        }
        let noun = &self.model[app];
        let by_gateway = noun.integrate.iter().find(|stated| matches!(stated.value, Integration::Gateway(..)));
        let closed = match &question.target {
            Target::Name(_, Some(Thing::Service(id))) => self.closed(*id),
            _ => None,
        };
        for part in parts {
            let Some(at) = part.trail.steps.iter().position(Step::is_block) else {
                if let (Some(closed), Traffic::KeyVaultReference, Verdict::Yes) =
                    (closed, question.traffic, part.verdict())
                {
                    let text = "the vault is restricted, and the reference reaches it";
                    part.trail.push(Step::pass("kvref.allowed", text).at(closed));
                }
                continue;
            };
            let step = &mut part.trail.steps[at];
            let Mark::Block(outcome @ (Outcome::Refused | Outcome::Dropped)) = step.mark else { continue };
            let words = step.words().to_string();
            let block = match (question.traffic, by_gateway) {
                (Traffic::KeyVaultReference, None) => {
                    step.rests_also("kvref.allowed");
                    if self.integration_subnet(app).is_none() {
                        step.remedy = self.platform().rule("kvref.allowed").and_then(|rule| rule.remedy);
                    }
                    continue;
                }
                (Traffic::KeyVaultReference, Some(stated)) => {
                    let text = format!("a reference does not go through gateway-required integration, and {words}");
                    Step::block("p2s.no-key-vault-reference", outcome, text).at(stated.span).also("kvref.allowed")
                }
                _ if step.rule == "scope.config.unsupported" || noun.integrate.is_empty() => continue,
                _ => {
                    let text = format!("{} does not go through an integration, and {words}", question.traffic.word());
                    let step = Step::block("scope.config.unsupported", outcome, text);
                    step.at(integration_span(noun))
                }
            };
            part.trail.steps.insert(at, block);
        }
    }
}
