//! At a service or app that refuses: its public side, a line of its firewall, and the identity of the caller's subnet.

use super::Stop;
use super::join::Join;
use crate::engine::Engine;
use crate::engine::access::free_priority;
use crate::engine::question::Source;
use crate::engine::trail::Outcome;
use crate::model::*;

impl Engine<'_> {
    /// What would make what is called admit the caller.
    pub(super) fn by_admitting(&self, stop: Stop<'_>, all: &mut Vec<String>) {
        if stop.outcome() != Some(Outcome::Refused) {
            return;
        }
        let Some((called, _)) = self.called(stop) else { return };
        let admit = |subnet: &str| self.admitting(called, subnet);
        match self.home(stop) {
            Some(home) => all.extend(self.by_identity(called, home).zip(admit(&self.model[home].head.name)).map(both)),
            None => {
                let Some(app) = stop.app() else { return self.open_side(stop, called, all) };
                let known = self.networks_for(stop);
                let known = known.into_iter().flat_map(|vnet| self.joining(app, vnet, false));
                let mut joins: Vec<Join> = known.collect();
                if joins.is_empty() {
                    joins = self.joining_new(app);
                }
                let endpoint = self.endpoint_names(called).into_iter().next();
                for Join { line, subnet } in joins {
                    let on =
                        endpoint.as_ref().map(|name| format!("amend subnet {subnet} {{ service-endpoint {name} }}"));
                    all.extend(on.zip(admit(&subnet)).map(|(on, admit)| format!("{line}; {on}; {admit}")));
                }
            }
        }
        self.open_side(stop, called, all);
    }

    /// The names of the service endpoints that lead there.
    fn endpoint_names(&self, called: Thing) -> Vec<String> {
        match called {
            Thing::Service(id) => self.model[id]
                .service_type
                .as_ref()
                .map(|of_type| of_type.service_endpoints.clone())
                .unwrap_or_default(),
            Thing::App(_) => {
                self.platform().app_type().map(|of_type| of_type.service_endpoints.clone()).unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    /// The service endpoint of a subnet; nothing to do where it has one.
    fn by_identity(&self, called: Thing, home: SubnetId) -> Option<String> {
        let names = self.endpoint_names(called);
        let noun = &self.model[home];
        let known = || noun.service_endpoints.iter().map(|known| known.value.as_str());
        if known().any(|known| names.iter().any(|name| name.eq_ignore_ascii_case(known))) {
            return Some(String::new());
        }
        let all: Vec<&str> = known().chain(names.first().map(String::as_str)).collect();
        names.first()?;
        Some(format!("amend subnet {} {{ service-endpoint {} }}", noun.head.name, all.join(", ")))
    }

    /// The line that admits a subnet.
    fn admitting(&self, called: Thing, subnet: &str) -> Option<String> {
        match called {
            Thing::Service(id) => {
                Some(format!("amend service {} {{ firewall {{ allow {subnet} }} }}", self.model[id].head.name))
            }
            Thing::App(app) => {
                let priority = self.model[app].access.as_ref().map_or(100, free_priority);
                Some(self.amend_app(app, &format!("access {{ {priority} allow {subnet} }}")))
            }
            _ => None,
        }
    }

    /// Its public side, which opens it to more than the caller: last.
    fn open_side(&self, stop: Stop<'_>, called: Thing, all: &mut Vec<String>) {
        match called {
            Thing::Service(id) => {
                let noun = &self.model[id];
                let name = &noun.head.name;
                if noun.public_access.as_ref().is_some_and(|stated| !stated.value) {
                    all.push(format!("amend service {name} {{ public-access on }}"));
                }
                let azure = noun.service_type.as_ref().and_then(|of_type| of_type.firewall_rules.azure.as_ref());
                if azure.is_some() {
                    all.push(format!("amend service {name} {{ firewall {{ allow azure-services }} }}"));
                }
                if stop.question.source == Source::Internet {
                    all.push(format!("amend service {name} {{ firewall {{ default allow }} }}"));
                }
            }
            Thing::App(app) if self.platform().declaration("property", "app.public-access").is_some() => {
                all.push(self.amend_app(app, "public-access on"));
            }
            _ => {}
        }
    }
}

/// Two statements, of which the first may be nothing to do.
fn both((first, second): (String, String)) -> String {
    if first.is_empty() { second } else { format!("{first}; {second}") }
}
