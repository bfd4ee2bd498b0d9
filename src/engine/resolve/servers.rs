//! Name servers: which ones somebody uses, in which order, and whether they are reached. Not what they answer.

use super::super::Engine;
use super::super::app::integration_span;
use super::super::flow::Ends;
use super::super::packet::Part;
use super::super::question::{Question, Source, Target, Traffic};
use super::super::trail::{Step, Verdict};
use super::{Answered, Asker, Resolution};
use crate::model::*;
use crate::net::{PortSet, Protocol};
use crate::syntax::ast::Over;
use std::net::IpAddr;

impl Engine<'_> {
    /// The servers that somebody uses, in order; none for public resolution.
    pub(super) fn servers_of(&self, asker: Asker, out: &mut Resolution) -> Option<Vec<IpAddr>> {
        let azure = self.azure_dns();
        match asker {
            Asker::App(app) => Some(self.servers_of_app(app, out)),
            Asker::Host(host) => {
                let noun = &self.model[host];
                if let (Some(first), false) = (noun.dns.first(), noun.dns.is_empty()) {
                    let text = format!("{} has name servers of its own", noun.head.name);
                    out.steps.push(Step::pass("dns.nic-over-vnet", text).at(first.span));
                    return Some(noun.dns.iter().map(|a| a.value).collect());
                }
                match noun.place {
                    Some(Thing::Subnet(subnet)) => Some(self.servers_of_vnet(self.model[subnet].vnet, out)),
                    Some(Thing::OnPremises(site)) => self.servers_of(Asker::Site(site), out),
                    _ => Some(vec![azure]),
                }
            }
            Asker::Subnet(subnet) => Some(self.servers_of_vnet(self.model[subnet].vnet, out)),
            Asker::Site(site) => {
                let noun = &self.model[site];
                if noun.dns.is_empty() {
                    out.assumptions.push(format!("{} resolves public names publicly", noun.head.name));
                    return None;
                }
                Some(noun.dns.iter().map(|a| a.value).collect())
            }
            Asker::Internet | Asker::Nowhere => None,
        }
    }

    /// The address of Azure's own name servers.
    pub(in crate::engine) fn azure_dns(&self) -> IpAddr {
        self.platform().addresses("azure-dns").first().unwrap_or(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED))
    }

    fn servers_of_vnet(&self, vnet: VnetId, out: &mut Resolution) -> Vec<IpAddr> {
        let noun = &self.model[vnet];
        match &noun.dns {
            Some(DnsSetting { servers: Some(servers), span }) if servers.is_empty() => {
                let text = format!("{} has custom DNS without a server: Azure's is used", noun.head.name);
                out.steps.push(Step::pass("dns.servers.vnet-empty-list", text).at(*span));
                vec![self.azure_dns()]
            }
            Some(DnsSetting { servers: Some(servers), span }) => {
                let list: Vec<String> = servers.iter().map(IpAddr::to_string).collect();
                let text = format!("{} uses the name servers {}", noun.head.name, list.join(", "));
                let step = Step::pass("dns.servers.vnet", text).at(*span);
                out.steps.push(step.also_if(servers.contains(&self.azure_dns()), "dns.azure-address"));
                servers.clone()
            }
            _ => vec![self.azure_dns()],
        }
    }

    fn servers_of_app(&self, app: AppId, out: &mut Resolution) -> Vec<IpAddr> {
        let noun = &self.model[app];
        let mut servers = match &noun.dns {
            Some(Stated { value: (servers, via), span }) => {
                let rule = match via {
                    Via::Property if self.fires("dns.servers.app-override") => "dns.servers.app-override",
                    _ => "dns.servers.app-setting",
                };
                let list: Vec<String> = servers.iter().map(IpAddr::to_string).collect();
                let text = format!("{} asks {}", noun.head.name, list.join(", "));
                let of_environment = self.environment(app).is_some();
                let step = Step::pass(rule, text).at(*span).also_if(of_environment, "ase.dns.outbound");
                out.steps.push(step.also_if(servers.contains(&self.azure_dns()), "dns.azure-address"));
                servers.clone()
            }
            None => match self.integration_subnet(app) {
                Some(subnet) => {
                    let vnet = self.model[subnet].vnet;
                    let servers = self.servers_of_vnet(vnet, out);
                    let of_environment = self.environment(app).is_some();
                    if let Some(last) = out.steps.last_mut().filter(|_| of_environment && servers != [self.azure_dns()])
                    {
                        *last = last.clone().also("ase.dns.outbound");
                    }
                    if servers == [self.azure_dns()] {
                        let text = format!(
                            "{} asks Azure's name servers, as {} does",
                            noun.head.name, self.model[vnet].head.name
                        );
                        let step = Step::pass("dns.servers.vnet", text).at(integration_span(noun));
                        out.steps.push(step.also_if(of_environment, "ase.dns.outbound"));
                    }
                    servers
                }
                None if self.gateway_integration(app).is_some() => self.servers_by_gateway(app, out),
                None => {
                    let text =
                        format!("{} asks Azure's name servers, which tell it public names alone", noun.head.name);
                    out.steps.push(Step::pass("dns.servers.no-vnet", text).at(noun.head.span));
                    vec![self.azure_dns()]
                }
            },
        };
        if let Some(alternative) = &noun.dns_alternative {
            let last_resort = self.last_resort(Asker::App(app)).is_some();
            let when = if last_resort { ", where no other answers" } else { "" };
            let step = Step::pass("dns.servers.alt", format!("and {}{when}", alternative.value)).at(alternative.span);
            out.steps.push(step.also_if(alternative.value == self.azure_dns(), "dns.azure-address"));
            servers.push(alternative.value);
        }
        servers
    }

    /// The name servers of the network that a gateway joins an app to, as of the last Sync Network.
    fn servers_by_gateway(&self, app: AppId, out: &mut Resolution) -> Vec<IpAddr> {
        let Some(by) = self.gateway_integration(app) else { return Vec::new() };
        let (noun, vnet) = (&self.model[app], &self.model[by.vnet]);
        let text = format!("{} asks the name servers of {}", noun.head.name, vnet.head.name);
        let place = vnet.dns.as_ref().map_or(by.place, |dns| dns.span);
        out.steps.push(Step::pass("dns.gateway-required", text).at(place));
        if let Some(id) = by.gateway {
            let name = &self.model[id].head.name;
            match &self.model[id].dns_in_sync {
                Some(stated) if !stated.value => {
                    let text = format!("the DNS of {} changed without Sync Network on gateway {name}", vnet.head.name);
                    let fact = format!("which name servers {} still uses", noun.head.name);
                    let line = format!("amend gateway {name} {{ dns-sync in-sync }}");
                    out.steps.push(Step::unknown("p2s.dns", text, fact, Some(line)).at(stated.span));
                }
                Some(_) => {}
                None => out.assumptions.push(format!("the DNS of gateway {name} is in sync")),
            }
        }
        match self.servers_of_vnet(by.vnet, &mut Resolution::default()) {
            servers if servers.is_empty() => vec![self.azure_dns()],
            servers => servers,
        }
    }

    /// The name servers of an app, with the steps that lead to them.
    pub(in crate::engine) fn name_servers(&self, app: AppId, out: &mut Resolution) -> Vec<IpAddr> {
        self.servers_of_app(app, out)
    }

    /// Is a custom server reached? None when it is.
    pub(super) fn reach_server(&self, asker: Asker, server: IpAddr, out: &mut Resolution) -> Option<Answered> {
        let source = match asker {
            Asker::App(app) => Source::App(app),
            Asker::Host(host) => Source::Host(host),
            Asker::Subnet(subnet) => Source::Subnet(subnet),
            Asker::Site(site) => Source::OnPremises(site),
            Asker::Internet => Source::Internet,
            Asker::Nowhere => return None,
        };
        let port = u16::try_from(self.platform().limit("dns-port")).unwrap_or(0);
        let question = Question {
            source,
            target: Target::Ends(Ends::one(server)),
            named: None,
            over: Some(Over::Protocol(Protocol::Udp)),
            source_ports: None,
            ports: PortSet::one(port),
            traffic: Traffic::Lookup,
            headers: Vec::new(),
            host: None,
            scm: false,
            every_address: false,
            briefly: false,
            only_open: false,
        };
        let parts = self.walk(&question);
        // What does not enter the network meets no group there, bypassed or not.
        let kept_out =
            |part: &Part| part.trail.steps.iter().any(|step| step.rests_on(|id| id == "nsg.integration.scope"));
        if let Asker::App(app) = asker
            && let Some(nsg) = self.passed_over(app)
            && !parts.iter().any(kept_out)
        {
            let text = format!("port 53 to custom name servers is not filtered by {}", self.model[nsg.value].head.name);
            out.steps.push(Step::pass("nsg.custom-dns-bypass", text).at(nsg.span));
        }
        let failed = parts.iter().find(|part| part.verdict() != Verdict::Yes)?;
        let deciding = failed.trail.deciding()?;
        let why = deciding.words();
        match failed.verdict() {
            Verdict::Unknown => {
                let mut step = deciding.clone().also("dns.server-reachability");
                step.text = format!("name server {server}: {}", step.text);
                out.steps.push(step);
                Some(Answered::Unknown)
            }
            _ => {
                let text = format!("name server {server} is not reached: {why}");
                let step = Step::note("dns.server-reachability", text).maybe_at(deciding.place);
                out.steps.push(Step { remedy: deciding.remedy.clone(), ..step });
                Some(Answered::Silent)
            }
        }
    }

    /// The group of an app's subnet that does not look at what the app asks its network's own name servers.
    pub(in crate::engine) fn passed_over(&self, app: AppId) -> Option<Stated<NsgId>> {
        let subnet = &self.model[self.integration_subnet(app)?];
        let vnet = &self.model[subnet.vnet];
        let custom = vnet.dns.as_ref().is_some_and(|dns| dns.servers.as_ref().is_some_and(|s| !s.is_empty()));
        let stated = vnet.dns_bypasses_nsg.as_ref().map(|stated| stated.value);
        subnet.nsg.clone().filter(|_| custom && stated.unwrap_or(self.fires("nsg.custom-dns-bypass")))
    }
}
