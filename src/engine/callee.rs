//! What the integration of an app means for calls to it: nothing. It opens no way in, and replies do not use it.

use super::Engine;
use super::flow::Ends;
use super::packet::Part;
use super::question::{Question, Source, Target};
use super::routes::RouteSource;
use super::trail::{Outcome, Step, Verdict};
use crate::model::*;

impl Engine<'_> {
    /// The rules that speak of an integration, where an integrated app is called.
    pub(super) fn past_integration(&self, question: &Question, parts: &mut [Part]) {
        let Target::Name(_, Some(Thing::App(app))) = question.target else { return };
        if self.model[app].integrate.is_empty() {
            return;
        }
        let Some(subnet) = self.integration_subnet(app) else { return };
        let noun = &self.model[subnet];
        let caller = match &question.source {
            Source::Host(id) => match self.model[*id].place {
                Some(Thing::Subnet(id)) => Some(self.model[id].vnet),
                _ => None,
            },
            Source::Subnet(id) => Some(self.model[*id].vnet),
            Source::App(id) => self.integration_subnet(*id).map(|id| self.model[id].vnet),
            _ => None,
        };
        let beside = caller == Some(noun.vnet);
        let filtered = noun.nsg.is_some() || noun.route_table.is_some();
        for part in parts {
            let of_site = |step: &&mut Step| step.rule.starts_with("in.") || step.rule.starts_with("pe.app.");
            if part.verdict() == Verdict::Yes {
                let caught = self.would_be_routed(subnet, &part.flows.source);
                let last = part.trail.steps.iter_mut().rev().find(of_site);
                if let (Some(step), true) = (last, filtered) {
                    step.rests_also("scope.replies-unaffected");
                    if caught {
                        step.rests_also("route.app.replies");
                    }
                }
            } else if let Some(step) = part.trail.steps.iter_mut().find(|step| step.is_block())
                && of_site(&step)
                && beside
            {
                step.rests_also("vnet.outbound-only");
            }
        }
    }

    /// Would a route of the subnet's own table take what goes to these ends?
    fn would_be_routed(&self, subnet: SubnetId, ends: &Ends) -> bool {
        let routes = self.effective_routes(self.model[subnet].vnet, Some(subnet));
        let chosen = self.choose_route(&routes, ends);
        chosen.iter().filter_map(|choice| choice.route).any(|at| routes[at].source == RouteSource::User)
    }

    /// An address of a subnet that apps only call out of.
    pub(super) fn only_outbound(&self, subnet: SubnetId) -> Option<Step> {
        let joined = |app: &App| app.integrate.iter().any(|stated| stated.value == Integration::Regional(subnet));
        let (_, app) = self.model.apps().find(|(_, app)| joined(app))?;
        let (of, name) = (&self.model[subnet].head.name, &app.head.name);
        let text = format!("{name} only calls out of {of}: nothing takes calls there");
        let place = app.integrate.iter().find(|stated| stated.value == Integration::Regional(subnet))?.span;
        Some(Step::block("vnet.outbound-only", Outcome::NotListening, text).at(place))
    }
}
