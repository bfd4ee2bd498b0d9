//! Asking one name server: is it reached, and what does it answer, from itself or by passing the question on? Not which
//! servers somebody asks, nor what Azure's answer.

use super::super::Engine;
use super::super::flow::Ends;
use super::super::trail::{Mark, Outcome, Step};
use super::{Answered, Asker, DEPTH, Resolution, View, is_suffix};
use crate::model::*;
use std::net::IpAddr;

impl Engine<'_> {
    /// What a server answers to somebody.
    pub(super) fn ask(&self, asker: Asker, server: IpAddr, name: &str, out: &mut Resolution, depth: usize) -> Answered {
        if depth > DEPTH {
            return Answered::Silent;
        }
        if server == self.azure_dns() {
            let Some(view) = self.view_of(asker) else {
                let text = format!("{server} answers inside Azure alone");
                out.steps.push(Step::note("dns.azure-address", text));
                return Answered::Silent;
            };
            return self.azure_answer(view, name, out, depth);
        }
        let place = match asker {
            Asker::Site(site) => Some(Thing::OnPremises(site)),
            _ => self.view_of(asker).and_then(|view| view.home).map(Thing::Vnet),
        };
        let declared = self.server_near(place, server).map(|id| (id, &self.model[id]));
        if let Some((_, down)) = declared.filter(|(_, noun)| noun.up.as_ref().is_some_and(|up| !up.value)) {
            let place = down.up.as_ref().map_or(down.head.span, |up| up.span);
            out.steps.push(Step::note("dns.timeout.seed", format!("{} is down", down.head.name)).at(place));
            return Answered::Silent;
        }
        if let Some(failed) = self.reach_server(asker, server, out) {
            return failed;
        }
        let Some((id, _)) = declared else {
            let text = format!("what the name server {server} answers is not known");
            let line = match self.public_space().contains(server) {
                true => format!("dns-server NAME {server} {{ public-names on }}"),
                false => format!("dns-server NAME in SUBNET {server} {{ forward \".\" {} }}", self.azure_dns()),
            };
            let fact = format!("what the name server {server} answers to {name}");
            out.steps.push(Step::unknown("verdict.ours.unknown", text, fact, Some(line)));
            return Answered::Unknown;
        };
        let first = out.steps.len();
        let answered = self.server_answer(id, name, out, depth + 1);
        self.note_hidden_zones(asker, id, name, &answered, first, out, depth);
        answered
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
                RecordData::Alias(alias) if depth <= DEPTH => {
                    out.aliases.push(alias.clone());
                    self.server_answer(id, alias, out, depth + 1)
                }
                RecordData::Alias(_) => Answered::No,
            };
        }
        let forward = noun.forwards.iter().filter(|forward| is_suffix(&forward.suffix, name));
        let forward = forward.max_by_key(|forward| forward.suffix.len());
        let resolver = noun.private_resolver.as_ref().is_some_and(|stated| stated.value);
        let to = match forward {
            Some(forward) => forward.to.clone(),
            None if resolver => vec![self.azure_dns()],
            None => Vec::new(),
        };
        let place = forward.map_or(noun.head.span, |forward| forward.span);
        for next in &to {
            if depth > DEPTH {
                return Answered::Silent;
            }
            match self.forwarded(noun, *next, place, name, out, depth) {
                Answered::Silent => continue,
                answered => return answered,
            }
        }
        match &noun.public_names {
            Some(on) if on.value => self.public_answer(name, View::default(), out, depth + 1),
            // Whoever passes questions on to servers that are silent has no answer itself.
            _ if !to.is_empty() => Answered::Silent,
            Some(off) => {
                let text = format!("{server} does not resolve public names");
                out.steps.push(
                    Step::block("dns.custom-must-resolve-public", Outcome::Unresolved, text)
                        .at(off.span)
                        .headline(format!("{name} does not resolve: {server} does not resolve public names"))
                        .remedy(format!("amend dns-server {server} {{ public-names on }}")),
                );
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

    /// What a server gets that passes a question on to another.
    fn forwarded(
        &self,
        noun: &DnsServer,
        next: IpAddr,
        place: crate::source::Span,
        name: &str,
        out: &mut Resolution,
        depth: usize,
    ) -> Answered {
        let (server, azure) = (&noun.head.name, self.azure_dns());
        let asker = match noun.place {
            Some(Thing::Subnet(subnet)) => Asker::Subnet(subnet),
            Some(Thing::OnPremises(site)) => Asker::Site(site),
            _ => Asker::Internet,
        };
        if next != azure {
            out.steps
                .push(Step::pass("dns.endpoint-alternatives", format!("{server} forwards {name} to {next}")).at(place));
            return self.ask(asker, next, name, out, depth + 1);
        }
        let Some(Thing::Subnet(subnet)) = noun.place else {
            let text = format!("{server} cannot reach {azure}: it answers inside Azure alone");
            out.steps.push(Step::note("dns.private-zone.forwarder-vnet", text).at(place).also("dns.azure-address"));
            return Answered::Silent;
        };
        let vnet = self.model[subnet].vnet;
        let text = format!(
            "{server} forwards to Azure's name servers, which answer it with the zones of {}",
            self.model[vnet].head.name
        );
        out.steps.push(
            Step::pass("dns.private-zone.forwarder-vnet", text)
                .at(place)
                .also("dns.endpoint-alternatives")
                .also("dns.azure-address"),
        );
        let view = View { vnet: Some(vnet), home: Some(vnet), app: None, forwarded: true };
        self.azure_answer(view, name, out, depth + 1)
    }

    /// Says so where a custom server keeps somebody from a zone that is linked to their own network.
    #[allow(clippy::too_many_arguments)]
    fn note_hidden_zones(
        &self,
        asker: Asker,
        server: DnsServerId,
        name: &str,
        answered: &Answered,
        first: usize,
        out: &mut Resolution,
        depth: usize,
    ) {
        let rule = "dns.private-zone.custom-dns-first";
        let Some(view @ View { vnet: Some(vnet), .. }) = self.view_of(asker) else { return };
        let mut else_said = Resolution::default();
        let otherwise = self.azure_answer(view, name, &mut else_said, depth + 1);
        let of_zone = |step: &Step| step.rests_on(|rule| rule.starts_with("dns.private-zone."));
        let by_zone = else_said.steps.iter().any(of_zone);
        if otherwise == *answered || !by_zone || !matches!(otherwise, Answered::Yes(_)) {
            return;
        }
        let noun = &self.model[server];
        let name_of = &self.model[vnet].head.name;
        for step in out.steps[first..].iter_mut().filter(|step| step.is_block() || step.is_unknown()) {
            *step = step.clone().also(rule);
        }
        let text = format!("the zones linked to {name_of} are not consulted: {} is asked instead", noun.head.name);
        let step = Step::new(rule, Mark::Warn, text).at(noun.head.span);
        let open = noun.place.is_some_and(|place| matches!(place, Thing::Subnet(s) if self.model[s].vnet == vnet));
        let azure = self.azure_dns();
        out.steps.push(match open && !noun.forwards.iter().any(|forward| forward.to.contains(&azure)) {
            true => step.remedy(format!("amend dns-server {} {{ forward \".\" {azure} }}", noun.head.name)),
            false => step,
        });
    }

    /// The seconds that somebody waits for one server that does not answer.
    pub(super) fn patience(&self, asker: Asker) -> i64 {
        match self.timing(asker) {
            Some((timeout, attempts)) => timeout * attempts,
            None => self.platform().limit("dns-timeout"),
        }
    }

    /// How often somebody asks one server.
    pub(super) fn attempts(&self, asker: Asker) -> i64 {
        self.timing(asker).map_or(1, |(_, attempts)| attempts)
    }

    /// The time-out and the attempts of an app, where the edition lets it have its own.
    fn timing(&self, asker: Asker) -> Option<(i64, i64)> {
        let Asker::App(app) = asker else { return None };
        if !self.fires("dns.timeout.defaults") {
            return None;
        }
        let noun = &self.model[app];
        let of = |stated: &Option<Stated<i64>>, limit: &str| {
            stated.as_ref().map_or_else(|| self.by_system(app, limit), |stated| stated.value)
        };
        Some((of(&noun.dns_timeout, "dns-timeout"), of(&noun.dns_attempts, "dns-attempts")))
    }

    /// How long an app keeps an answer at most, in seconds; none where the edition does not say.
    pub fn dns_cache_of(&self, app: AppId) -> Option<i64> {
        let stated = self.model[app].dns_cache.as_ref().map(|stated| stated.value);
        self.fires("dns.timeout.defaults").then(|| stated.unwrap_or_else(|| self.by_system(app, "dns-cache")))
    }

    /// A limit that Windows and Linux have of their own.
    fn by_system(&self, app: AppId, limit: &str) -> i64 {
        let linux = self.plan_of(app).is_some_and(Plan::is_linux);
        self.platform().limit(&format!("{limit}-{}", if linux { "linux" } else { "windows" }))
    }

    /// The server that an app in an App Service Environment asks only where no other answers.
    pub(super) fn last_resort(&self, asker: Asker) -> Option<IpAddr> {
        let Asker::App(app) = asker else { return None };
        self.environment(app).filter(|_| self.fires("dns.servers.ase-alt"))?;
        self.model[app].dns_alternative.as_ref().map(|stated| stated.value)
    }
}
