//! Name resolution: how a lookup goes from the one who asks, server by server, to what it leads to. Not what a zone or
//! a public server holds: that is beside it.

mod names;
mod public;
mod servers;
mod zones;

pub use names::ServiceName;

use super::Engine;
use super::flow::Ends;
use super::trail::{Outcome, Step};
use crate::model::*;
use std::net::IpAddr;

/// Who asks for a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// An app.
    App(AppId),
    /// A host.
    Host(HostId),
    /// Any machine of a network.
    Vnet(VnetId),
    /// A machine of a site.
    Site(OnPremisesId),
    /// Somebody on the internet.
    Internet,
    /// Somebody of whom nothing is known.
    Nowhere,
}

/// What a name leads to.
#[derive(Clone, Debug, Default)]
pub struct Resolution {
    /// The addresses; empty where the name does not resolve.
    pub answers: Vec<Ends>,
    /// How it came to that, server by server and zone by zone.
    pub steps: Vec<Step>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
}

/// What one server says.
#[derive(Clone, Debug)]
pub enum Answered {
    /// Addresses.
    Yes(Vec<Ends>),
    /// That there is no such name.
    No,
    /// Nothing: it cannot be reached, or is down.
    Silent,
    /// Nobody can say what it would answer.
    Unknown,
}

/// How deep aliases, forwarding and nested reachability may go.
const DEPTH: usize = 12;

impl Engine<'_> {
    /// Resolves a name for somebody, with the servers that they use.
    pub fn resolve(&self, asker: Asker, name: &str, depth: usize) -> Resolution {
        let mut out = Resolution::default();
        let name = name.trim_end_matches('.').to_lowercase();
        let servers = self.servers_of(asker, &mut out);
        let Some(servers) = servers else {
            let answered = self.public_answer(&name, None, &mut out, depth);
            self.conclude(&name, answered, &mut out);
            return out;
        };
        let mut silent = 0;
        for server in &servers {
            match self.ask(asker, *server, &name, &mut out, depth) {
                Answered::Silent => silent += 1,
                answered => {
                    self.conclude(&name, answered, &mut out);
                    return out;
                }
            }
        }
        let seconds = self.platform().limit("dns-timeout") * silent;
        let text = format!(
            "no name server answers: {silent} x {} s, {seconds} s in all",
            self.platform().limit("dns-timeout")
        );
        out.steps.push(
            Step::block("dns.timeout.seed", Outcome::Unresolved, text)
                .headline(format!("{name} does not resolve: no name server answers")),
        );
        out
    }

    /// Asks one server, whatever servers the asker uses.
    pub fn resolve_using(&self, asker: Asker, name: &str, server: IpAddr) -> Resolution {
        let mut out = Resolution::default();
        let name = name.trim_end_matches('.').to_lowercase();
        let answered = self.ask(asker, server, &name, &mut out, 0);
        if let Answered::Silent = answered {
            let text = format!("{server} does not answer");
            out.steps.push(Step::block("dns.timeout.seed", Outcome::Unresolved, text));
        } else {
            self.conclude(&name, answered, &mut out);
        }
        out
    }

    fn conclude(&self, name: &str, answered: Answered, out: &mut Resolution) {
        match answered {
            Answered::Yes(answers) => out.answers = answers,
            Answered::No => {
                if !out.steps.iter().any(Step::is_block) {
                    let text = format!("{name} does not exist");
                    out.steps.push(
                        Step::block("dns.failure.result", Outcome::Unresolved, text)
                            .headline(format!("{name} does not resolve")),
                    );
                }
            }
            Answered::Silent | Answered::Unknown => {}
        }
    }

    fn ask(&self, asker: Asker, server: IpAddr, name: &str, out: &mut Resolution, depth: usize) -> Answered {
        if depth > DEPTH {
            return Answered::Silent;
        }
        if server == self.azure_dns() {
            let view = self.view_of(asker, out);
            return self.azure_answer(view, name, matches!(asker, Asker::App(_)), out, depth);
        }
        if let Some(failed) = self.reach_server(asker, server, out, depth) {
            return failed;
        }
        let declared = self.model.dns_servers().find(|(_, s)| s.addresses.iter().any(|a| a.value == server));
        let Some((id, noun)) = declared else {
            let text = format!("what the name server {server} answers is not known");
            let line = format!("dns-server NAME in SUBNET {server} {{ forward \".\" {} }}", self.azure_dns());
            let fact = format!("what the name server {server} answers to {name}");
            out.steps.push(Step::unknown("verdict.ours.unknown", text, fact, Some(line)));
            return Answered::Unknown;
        };
        if noun.up.as_ref().is_some_and(|up| !up.value) {
            out.steps.push(Step::note("dns.timeout.seed", format!("{} is down", noun.head.name)).at(noun.head.span));
            return Answered::Silent;
        }
        self.server_answer(id, name, out, depth + 1)
    }

    /// What a declared server answers: its own records, what it forwards, public names.
    fn server_answer(&self, id: DnsServerId, name: &str, out: &mut Resolution, depth: usize) -> Answered {
        let noun = &self.model[id];
        let server = &noun.head.name;
        if let Some(record) = noun.records.iter().find(|record| record.label == name) {
            out.steps.push(
                Step::pass("dns.endpoint-alternatives", format!("{server} has a record of its own for {name}"))
                    .at(record.span),
            );
            return match &record.data {
                RecordData::Addresses(all) => Answered::Yes(all.iter().map(|a| Ends::one(*a)).collect()),
                RecordData::Alias(alias) => self.server_answer(id, alias, out, depth + 1),
            };
        }
        let matching = noun.forwards.iter().filter(|forward| is_suffix(&forward.suffix, name));
        let azure = self.azure_dns();
        let resolver = noun.private_resolver.as_ref().is_some_and(|stated| stated.value);
        let forward = matching.max_by_key(|forward| forward.suffix.len());
        let to = match forward {
            Some(forward) => forward.to.clone(),
            None if resolver => vec![azure],
            None => Vec::new(),
        };
        let place = forward.map_or(noun.head.span, |forward| forward.span);
        for next in &to {
            if depth > DEPTH {
                return Answered::Silent;
            }
            if *next == azure {
                let view = match noun.place {
                    Some(Thing::Subnet(subnet)) => Some(self.model[subnet].vnet),
                    _ => None,
                };
                let Some(vnet) = view else {
                    let text = format!("{server} cannot reach {azure}: it answers inside Azure alone");
                    out.steps.push(Step::note("dns.private-zone.forwarder-vnet", text).at(place));
                    return Answered::Silent;
                };
                let text = format!(
                    "{server} forwards to Azure's name servers, which answer it with the zones of {}",
                    self.model[vnet].head.name
                );
                out.steps.push(Step::pass("dns.private-zone.forwarder-vnet", text).at(place));
                return self.azure_answer(Some(vnet), name, false, out, depth + 1);
            }
            out.steps
                .push(Step::pass("dns.endpoint-alternatives", format!("{server} forwards {name} to {next}")).at(place));
            let asker = match noun.place {
                Some(Thing::Subnet(subnet)) => Asker::Vnet(self.model[subnet].vnet),
                Some(Thing::OnPremises(site)) => Asker::Site(site),
                _ => Asker::Internet,
            };
            match self.ask(asker, *next, name, out, depth + 1) {
                Answered::Silent => continue,
                answered => return answered,
            }
        }
        match &noun.public_names {
            Some(on) if on.value => self.public_answer(name, None, out, depth + 1),
            Some(off) => {
                let text = format!("{server} does not resolve public names");
                out.steps.push(Step::note("dns.custom-must-resolve-public", text).at(off.span));
                Answered::No
            }
            None => {
                let text = format!("whether {server} resolves public names is not stated");
                let line = format!("amend dns-server {server} {{ public-names on }}");
                let fact = format!("what {server} answers to {name}");
                out.steps
                    .push(Step::unknown("dns.custom-must-resolve-public", text, fact, Some(line)).at(noun.head.span));
                Answered::Unknown
            }
        }
    }
}

/// Is the name the suffix itself, or does it end in it, label by label?
fn is_suffix(suffix: &str, name: &str) -> bool {
    suffix.is_empty() || name == suffix || name.ends_with(&format!(".{suffix}"))
}
