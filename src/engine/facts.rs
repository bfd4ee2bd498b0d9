//! What can be said of an app by itself, without a flow: the steps that every flow of it begins with.

use super::Engine;
use super::flow::Ends;
use super::question::Traffic;
use super::resolve::Resolution;
use super::scope::Scope;
use crate::model::AppId;

impl Engine<'_> {
    /// The rules that an app's own facts decide, with what they say of it.
    pub fn facts_of(&self, app: AppId) -> Vec<(String, String)> {
        let mut facts = self.network_facts(app);
        facts.extend(self.hybrid_facts(app));
        facts.extend(self.inbound_facts(app));
        facts
    }

    fn network_facts(&self, app: AppId) -> Vec<(String, String)> {
        let mut facts = Vec::new();
        let noun = &self.model[app];
        let name = &noun.head.name;
        let Some(subnet) = self.integration_subnet(app) else {
            facts.extend(self.gateway_facts(app));
            if facts.is_empty() {
                let text = format!("{name} has no virtual network integration: it calls from the platform's addresses");
                facts.push(("scope.no-integration".to_string(), text));
            }
            let mut out = Resolution::default();
            let servers = self.name_servers(app, &mut out);
            facts.extend(out.steps.into_iter().map(|step| (step.rule, step.text)));
            let _ = servers;
            return facts;
        };
        let noun = &self.model[subnet];
        match self.scope(app, Traffic::Application, subnet) {
            Scope::All(step) | Scope::Nothing(step) => facts.push((step.rule, step.text)),
            Scope::Private | Scope::PublicFirst => {
                let vnet = &self.model[noun.vnet].head.name;
                let ranges = Ends::Set(self.platform().addresses("private-ranges"));
                facts.push(("scope.default-rfc1918".into(), format!("of {name} only calls to {ranges} enter {vnet}")));
                for endpoint in &noun.service_endpoints {
                    let text =
                        format!("and calls to {}, by the service endpoint of {}", endpoint.value, noun.head.name);
                    facts.push(("scope.service-endpoint-prefixes".into(), text));
                }
            }
        }
        match &noun.nsg {
            Some(nsg) => {
                let text =
                    format!("the outbound rules of {} filter what enters the network", self.model[nsg.value].head.name);
                facts.push(("nsg.integration.outbound-only".into(), text));
            }
            None => facts.push(("nsg.none-allows-all".into(), format!("no nsg on {}", noun.head.name))),
        }
        if let Some(table) = &noun.route_table {
            let text = format!("route table {} acts on what enters the network", self.model[table.value].head.name);
            facts.push(("route.app.scope".into(), text));
        }
        let mut out = Resolution::default();
        let servers = self.name_servers(app, &mut out);
        facts.extend(out.steps.into_iter().map(|step| (step.rule, step.text)));
        if servers.contains(&self.azure_dns()) {
            let mut out = Resolution::default();
            let view = self.zones_seen_by(app, &mut out);
            facts.extend(out.steps.into_iter().map(|step| (step.rule, step.text)));
            for zone in view {
                facts.push(("dns.private-zone.app".into(), format!("{name} sees zone {zone}")));
            }
        } else {
            let text = format!("{name} sees linked zones only where its name servers forward to {}", self.azure_dns());
            facts.push(("dns.private-zone.custom-dns-first".into(), text));
        }
        facts
    }
}
