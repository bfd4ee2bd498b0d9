//! Where gateway-required integration leads beyond its own network: peers, networks joined by VPN, sites. Not what
//! stands there.

use super::flow::Ends;
use super::gateway_required::{Entering, admit_the_pool, set_of};
use super::packet::{Packet, Part};
use super::trail::{Outcome, Step};
use crate::model::*;
use crate::net::AddressSet;
use ipnet::IpNet;

impl Entering<'_, '_, '_> {
    fn own_name(&self) -> &str {
        &self.engine.model[self.by.vnet].head.name
    }

    /// The line that adds the ranges of a network to what the plan sends in.
    fn add_to_plan(&self, ends: &Ends, ranges: &[Stated<IpNet>]) -> Option<String> {
        let plan = self.engine.plan_of(self.app)?;
        Some(format!("amend plan {} {{ gateway-route {} }}", plan.head.name, ranges_of(ends, ranges)))
    }

    /// Goes on with what enters.
    fn then(&self, ends: &Ends, why: Step, go: impl FnOnce(Packet<'_>) -> Vec<Part>) -> Vec<Part> {
        self.enter(ends, why).map_or_else(|part| vec![part], go)
    }

    /// To another declared network: a peer, one that a VPN joins, or one that nothing joins.
    pub(super) fn to_other_network(&self, to: VnetId, ends: Ends) -> Vec<Part> {
        let engine = self.engine;
        let (a, b) = (self.own_name(), &engine.model[to].head.name);
        if engine.peers_of(self.by.vnet).iter().any(|peer| peer.vnet == to) {
            return self.to_peer(to, ends);
        }
        let joined = self.by.gateway.map(|gateway| engine.joined_by(gateway)).unwrap_or_default();
        if let Some((_, place)) = joined.into_iter().find(|(other, _)| *other == to) {
            let text = format!("{ends} is in {b}, which a VPN joins to {a}: the call enters {a}");
            let why = Step::pass("p2s.routing", text).at(self.by.place);
            return self.then(&ends, why, |mut packet| {
                packet.push(Step::pass("p2s.reach", format!("a VPN joins {b} to {a}")).at(place));
                let before = packet.trail.steps.len();
                admit_the_pool(engine.by_vpn(packet, to, place), before)
            });
        }
        let between = engine.peers_of(self.by.vnet).iter().copied().find(|peer| {
            let next = engine.peers_of(peer.vnet);
            next.iter().any(|next| next.vnet == to)
        });
        let how = match between {
            Some(between) => {
                let c = &engine.model[between.vnet].head.name;
                format!("{b} is a peer of {c}, not of {a}: peerings are not transitive")
            }
            None => format!("neither a peering nor a VPN joins {b} and {a}"),
        };
        let step = Step::block("p2s.reach", Outcome::Dropped, how)
            .at(engine.model[to].head.span)
            .headline(format!("the gateway of {a} does not lead to {b}"))
            .also_if(between.is_some(), "peer.non-transitive");
        self.ended(ends, step)
    }

    /// To a peer: its range in the plan, then the flags of both links.
    fn to_peer(&self, to: VnetId, ends: Ends) -> Vec<Part> {
        let engine = self.engine;
        let (a, b) = (self.own_name(), &engine.model[to].head.name);
        let (sent, kept, _) = ends.split(&set_of(self.added()));
        let mut parts = Vec::new();
        if let Some(kept) = kept {
            let text = format!("{kept} is in {b}, a peer of {a}, and not among the routes that the plan adds");
            let mut step = Step::block("p2s.peering", Outcome::Dropped, text)
                .at(self.by.place)
                .headline(format!("the plan does not send {kept} into {a}"))
                .also("p2s.routing");
            step.remedy = self.add_to_plan(&kept, &engine.model[to].prefixes);
            let mut wanting = self.ended(kept, step);
            for part in &mut wanting {
                part.trail.steps.extend(self.flags(to));
            }
            parts.extend(wanting);
        }
        if let Some(sent) = sent {
            let text = format!("the plan adds a route to {sent}, which is in {b}, a peer of {a}");
            let why = Step::pass("p2s.routing", text).at(self.added()[0].span);
            parts.extend(self.then(&sent, why, |mut packet| {
                match self.flags(to) {
                    Some(step) => packet.push(step),
                    None => {
                        let text = format!("{a} and {b} forward for each other, and {b} uses the gateway of {a}");
                        let place =
                            engine.peers_of(self.by.vnet).iter().copied().find(|p| p.vnet == to).map(|p| p.place);
                        packet.push(Step::pass("p2s.peering", text).maybe_at(place));
                    }
                }
                self.arrive_at(packet, to)
            }));
        }
        parts
    }

    /// What the two links of a peering lack.
    fn flags(&self, to: VnetId) -> Option<Step> {
        let engine = self.engine;
        let from = self.by.vnet;
        let (a, b) = (self.own_name(), &engine.model[to].head.name);
        let peer = engine.peers_of(from).iter().copied().find(|peer| peer.vnet == to)?;
        if !peer.connected {
            let text = format!("the peering of {a} and {b} is not connected: each side needs its link");
            return Some(Step::block("p2s.peering", Outcome::Dropped, text).at(peer.place).also("peer.two-links"));
        }
        let access = peer.access;
        let on = |owner, other| engine.link_flag(owner, other, |line| line.forwarded_traffic.as_ref(), false);
        let forwards = on(from, to) && on(to, from);
        let transit = engine.lends_gateway(from, to);
        let lacking: Vec<(bool, &str, String)> = vec![
            (access, "virtual network access", "vnet-access on".to_string()),
            (forwards, "forwarded traffic", "forwarded-traffic on".to_string()),
            (transit, "gateway transit", format!("gateway-transit {a}")),
        ];
        let lacking: Vec<_> = lacking.into_iter().filter(|(there, ..)| !there).collect();
        if lacking.is_empty() {
            return None;
        }
        let words: Vec<&str> = lacking.iter().map(|(_, words, _)| *words).collect();
        let text = format!("the peering of {a} and {b} has no {} on both links", words.join(", no "));
        let step = Step::block("p2s.peering", Outcome::Dropped, text)
            .at(peer.place)
            .headline(format!("the peering of {a} and {b} lacks {}", words.join(" and ")))
            .also_if(!access, "peer.flag.vnet-access");
        let line = engine.links(from, to).find(|line| line.both);
        let flags: Vec<String> = lacking.into_iter().map(|(.., flag)| flag).collect();
        Some(match line {
            Some(line) => step.remedy(format!("amend peering {} {{ {} }}", line.head.name, flags.join("; "))),
            None => step,
        })
    }

    /// To a site: by the VPN of the network itself, and by no other way.
    pub(super) fn to_site(&self, id: OnPremisesId, ends: Ends) -> Vec<Part> {
        let engine = self.engine;
        let site = &engine.model[id];
        let (a, s) = (self.own_name(), &site.head.name);
        let via = site.via.iter().filter_map(|via| match via.value {
            Thing::Gateway(id) => Some((id, &engine.model[id], via.span)),
            _ => None,
        });
        let via: Vec<(GatewayId, &Gateway, _)> = via.collect();
        let vpn = via.iter().find(|(_, g, _)| g.vnet == Some(self.by.vnet) && !g.is_express_route());
        if let Some((gateway, ..)) = vpn {
            return self.by_vpn(id, *gateway, ends);
        }
        let step = match (via.iter().find(|(_, gateway, _)| gateway.is_express_route()), via.first()) {
            (Some((_, gateway, place)), _) => {
                let text = format!(
                    "{s} is reached by ExpressRoute ({}), which a point-to-site client does not cross",
                    gateway.head.name
                );
                Step::block("p2s.no-express-route", Outcome::Dropped, text)
                    .at(*place)
                    .headline(format!("gateway-required integration does not cross ExpressRoute to {s}"))
                    .also("gw.express-route.regional-only")
            }
            (None, Some((_, gateway, place))) => {
                let there = gateway.vnet.map_or("", |vnet| &engine.model[vnet].head.name);
                let text = format!("{s} stands behind gateway {} of {there}, not of {a}", gateway.head.name);
                Step::block("p2s.reach", Outcome::Dropped, text).at(*place)
            }
            (None, None) => {
                let text = format!("no VPN joins {s} to {a}");
                Step::block("p2s.reach", Outcome::Dropped, text).at(site.head.span)
            }
        };
        self.ended(ends, step)
    }

    /// By the site-to-site VPN: its static prefixes are sent in, those of BGP only where somebody makes them known.
    fn by_vpn(&self, site: OnPremisesId, gateway: GatewayId, ends: Ends) -> Vec<Part> {
        let engine = self.engine;
        let noun = &engine.model[gateway];
        let (a, s, g) = (self.own_name(), &engine.model[site].head.name, &noun.head.name);
        let speaks = noun.bgp.as_ref().filter(|stated| stated.value);
        let refused = engine.platform().word("point-to-site-bgp") == "refused";
        let mut parts = Vec::new();
        let (learned, rest, _) = ends.split(&set_of(&noun.learned_routes));
        let told = set_of(self.added()).union(&set_of(&noun.point_to_site_routes));
        let sent = |ends: Ends| {
            let text = format!("{ends} is in {s}, to which the VPN of {a} leads: the call enters {a}");
            let why = Step::pass("p2s.routing", text).at(self.by.place);
            self.then(&ends, why, |packet| {
                let before = packet.trail.steps.len();
                admit_the_pool(engine.at_site(packet, site, "p2s.on-prem"), before)
            })
        };
        let place = speaks.map(|stated| stated.span).or(noun.learned_routes.first().map(|route| route.span));
        if refused && (speaks.is_some() || learned.is_some()) {
            let lost = if speaks.is_some() { Some(ends) } else { learned };
            if let Some(ends) = lost {
                let text = format!("gateway {g} speaks BGP with {s}, which a point-to-site client cannot use");
                let lines = if noun.learned_routes.is_empty() { "" } else { "; remove learned-route" };
                let step = Step::block("p2s.on-prem", Outcome::Dropped, text).maybe_at(place);
                parts.extend(self.ended(ends, step.remedy(format!("amend gateway {g} {{ bgp off{lines} }}"))));
            }
            if speaks.is_none()
                && let Some(rest) = rest
            {
                parts.extend(sent(rest));
            }
            return parts;
        }
        if let Some(learned) = learned {
            let (known, unknown, _) = learned.split(&told);
            if let Some(unknown) = unknown {
                let text = format!("gateway {g} learns {unknown} by BGP and does not advertise it to its clients");
                let step = Step::block("p2s.on-prem", Outcome::Dropped, text)
                    .maybe_at(place)
                    .headline(format!("{} is not told the route to {s}", engine.model[self.app].head.name));
                let ranges = ranges_of(&unknown, &noun.learned_routes);
                let line = format!("amend gateway {g} {{ point-to-site-route {ranges} }}");
                parts.extend(self.ended(unknown, step.remedy(line)));
            }
            parts.extend(known.into_iter().flat_map(sent));
        }
        let Some(rest) = rest else { return parts };
        if speaks.is_none() {
            parts.extend(sent(rest));
            return parts;
        }
        let (known, doubtful, _) = rest.split(&told);
        parts.extend(known.into_iter().flat_map(sent));
        if let Some(ends) = doubtful {
            let text =
                format!("whether {g} has the route to {ends} by BGP, which its clients are not told, is not stated");
            let ranges = ranges_of(&ends, &engine.model[site].prefixes);
            let line = format!("amend gateway {g} {{ point-to-site-route {ranges} }}");
            let fact = format!("what {g} tells its clients of {s}");
            parts.extend(self.ended(ends, Step::unknown("p2s.on-prem", text, fact, Some(line)).maybe_at(place)));
        }
        parts
    }

    /// To addresses that no declared network has: sent in where somebody says so, public otherwise.
    pub(super) fn to_nothing_declared(&self, ends: Ends) -> Vec<Part> {
        let engine = self.engine;
        let a = self.own_name().to_string();
        let advertised = self.by.gateway.map(|id| set_of(&engine.model[id].point_to_site_routes)).unwrap_or_default();
        let mut parts = Vec::new();
        let (told, rest, _) = ends.split(&advertised);
        if let (Some(told), Some(gateway)) = (told, self.by.gateway) {
            let why = Step::pass("p2s.routing", format!("the gateway of {a} advertises {told}")).at(self.by.place);
            parts.extend(self.then(&told, why, |packet| engine.through_gateway(packet, gateway)));
        }
        let Some(rest) = rest else { return parts };
        let (sent, rest, doubt) = rest.split(&set_of(self.added()));
        if let Some(sent) = sent {
            let place = self.added().first().map_or(self.by.place, |route| route.span);
            parts.push(match doubt {
                true => self.may_be_sent(sent, place),
                false => return self.nobody_has(parts, sent, rest, place),
            });
        }
        parts.extend(rest.into_iter().flat_map(|rest| self.kept_out(rest)));
        parts
    }

    fn may_be_sent(&self, ends: Ends, place: crate::source::Span) -> Part {
        let text = format!("the plan may send {ends} into {}", self.own_name());
        let line = self.engine.line_that_states(&ends);
        let step = Step::unknown("p2s.routing", text, ends.to_string(), line).at(place);
        self.ended(ends, step).remove(0)
    }

    /// What the plan sends in and no network beyond the gateway has.
    fn nobody_has(
        &self,
        mut parts: Vec<Part>,
        sent: Ends,
        rest: Option<Ends>,
        place: crate::source::Span,
    ) -> Vec<Part> {
        let a = self.own_name();
        let restricted = self.engine.admits_subnets(&sent).is_some();
        let text = format!("the plan sends {sent} into {a}, and no network that {a} reaches has it");
        let step = Step::block("p2s.reach", Outcome::Dropped, text)
            .at(place)
            .headline(format!("{sent} is sent into {a} and lost there"))
            .also_if(restricted, "p2s.no-service-endpoints");
        parts.extend(self.ended(sent, step));
        parts.extend(rest.into_iter().flat_map(|rest| self.kept_out(rest)));
        parts
    }

    /// What is not sent in: public addresses stay public, all others are lost.
    fn kept_out(&self, ends: Ends) -> Vec<Part> {
        let public = self.engine.public_space();
        let (open, lost) = match &ends {
            Ends::Set(set) => {
                let some = |set: AddressSet| (!set.is_empty()).then_some(Ends::Set(set));
                (some(set.intersection(&public)), some(set.difference(&public)))
            }
            Ends::Symbol(symbol) if symbol.within.is_subset(&public) => (Some(ends), None),
            Ends::Symbol(_) => (None, Some(ends)),
        };
        let mut parts: Vec<Part> = open.into_iter().flat_map(|ends| self.stay_public(ends)).collect();
        if let Some(lost) = lost {
            let a = self.own_name();
            let text = format!(
                "{lost} is in no route of {a} and none that the plan adds, and the public way carries no private address"
            );
            let step = Step::block("p2s.routing", Outcome::Dropped, text)
                .at(self.by.place)
                .headline(format!("{lost} is not sent into {a}"));
            parts.extend(self.ended(lost, step));
        }
        parts
    }
}

/// The prefixes among those that hold some of the ends; the ends themselves where none does.
fn ranges_of(ends: &Ends, prefixes: &[Stated<IpNet>]) -> String {
    let holding = prefixes.iter().filter(|prefix| AddressSet::from(prefix.value).meets(ends.possible()));
    let words: Vec<String> = holding.map(|prefix| prefix.value.to_string()).collect();
    if words.is_empty() { ends.to_string() } else { words.join(", ") }
}
