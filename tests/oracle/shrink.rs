//! Making a failing network smaller: whatever can go while it still fails, goes.

use super::plain::*;

/// Everything that could be left out of a model, each a smaller model.
pub fn smaller(model: &Model) -> Vec<Model> {
    let mut all = Vec::new();
    macro_rules! without_each {
        ($($field:ident),*) => { $(
            for at in 0..model.$field.len() {
                let mut less = model.clone();
                less.$field.remove(at);
                all.push(less);
            }
        )* };
    }
    without_each!(
        apps, hybrids, ases, balancers, services, endpoints, servers, zones, hosts, appliances, sites, gateways,
        peerings, nats, tables, admin, nsgs, asgs, vnets, tags
    );
    let mut change = |edit: &dyn Fn(&mut Model) -> bool| {
        let mut less = model.clone();
        if edit(&mut less) {
            all.push(less);
        }
    };
    for v in 0..model.vnets.len() {
        change(&|m| std::mem::take(&mut m.vnets[v].strict));
        change(&|m| m.vnets[v].smtp.take().is_some());
        change(&|m| m.vnets[v].dns.pop().is_some());
        for s in 0..model.vnets[v].subnets.len() {
            change(&|m| {
                m.vnets[v].subnets.remove(s);
                true
            });
            change(&|m| m.vnets[v].subnets[s].nsg.take().is_some());
            change(&|m| m.vnets[v].subnets[s].table.take().is_some());
            change(&|m| m.vnets[v].subnets[s].nat.take().is_some());
            change(&|m| m.vnets[v].subnets[s].default_outbound.take().is_some());
            change(&|m| std::mem::replace(&mut m.vnets[v].subnets[s].policy, Policy::Off) != Policy::Off);
            change(&|m| m.vnets[v].subnets[s].endpoints.pop().is_some());
            change(&|m| m.vnets[v].subnets[s].prefixes.len() > 1 && m.vnets[v].subnets[s].prefixes.pop().is_some());
        }
        change(&|m| m.vnets[v].prefixes.len() > 1 && m.vnets[v].prefixes.pop().is_some());
    }
    for n in 0..model.nsgs.len() {
        for r in 0..model.nsgs[n].rules.len() {
            change(&|m| {
                m.nsgs[n].rules.remove(r);
                true
            });
        }
    }
    for n in 0..model.admin.len() {
        for r in 0..model.admin[n].rules.len() {
            change(&|m| {
                m.admin[n].rules.remove(r);
                true
            });
        }
    }
    for n in 0..model.tables.len() {
        change(&|m| !std::mem::replace(&mut m.tables[n].propagation, true));
        for r in 0..model.tables[n].routes.len() {
            change(&|m| {
                m.tables[n].routes.remove(r);
                true
            });
        }
    }
    for n in 0..model.hosts.len() {
        change(&|m| m.hosts[n].nsg.take().is_some());
        change(&|m| m.hosts[n].filter.take().is_some());
        change(&|m| m.hosts[n].listen.take().is_some());
        change(&|m| m.hosts[n].public.take().is_some());
        change(&|m| m.hosts[n].dns.pop().is_some());
        change(&|m| m.hosts[n].asgs.pop().is_some());
        change(&|m| m.hosts[n].addrs.len() > 1 && m.hosts[n].addrs.pop().is_some());
    }
    for n in 0..model.endpoints.len() {
        change(&|m| m.endpoints[n].asgs.pop().is_some());
        change(&|m| !std::mem::replace(&mut m.endpoints[n].approved, true));
    }
    for n in 0..model.zones.len() {
        change(&|m| m.zones[n].records.pop().is_some());
        change(&|m| m.zones[n].links.pop().is_some());
    }
    for n in 0..model.hybrids.len() {
        change(&|m| m.hybrids[n].managers.len() > 1 && m.hybrids[n].managers.pop().is_some());
    }
    for n in 0..model.balancers.len() {
        change(&|m| m.balancers[n].backends.len() > 1 && m.balancers[n].backends.pop().is_some());
        change(&|m| m.balancers[n].listen.len() > 1 && m.balancers[n].listen.pop().is_some());
        change(&|m| m.balancers[n].outbound.take().is_some());
        change(&|m| std::mem::take(&mut m.balancers[n].basic));
    }
    for n in 0..model.servers.len() {
        change(&|m| m.servers[n].records.pop().is_some());
        change(&|m| m.servers[n].forwards.pop().is_some());
        change(&|m| m.servers[n].public_names.replace(true) != Some(true));
    }
    for n in 0..model.appliances.len() {
        change(&|m| m.appliances[n].nsg.take().is_some());
        change(&|m| m.appliances[n].public.is_some() && m.appliances[n].snat.take().is_some());
        change(&|m| m.appliances[n].snat.is_some() && m.appliances[n].public.take().is_some());
        change(&|m| m.appliances[n].filter.default.take().is_some());
        change(&|m| m.appliances[n].filter.rules.pop().is_some());
    }
    for n in 0..model.sites.len() {
        change(&|m| m.sites[n].filter.take().is_some());
        change(&|m| m.sites[n].prefixes.len() > 1 && m.sites[n].prefixes.pop().is_some());
    }
    for n in 0..model.gateways.len() {
        change(&|m| m.gateways[n].learned.pop().is_some());
    }
    for n in 0..model.peerings.len() {
        change(&|m| std::mem::replace(&mut m.peerings[n].access, [true; 2]) != [true; 2]);
        change(&|m| std::mem::replace(&mut m.peerings[n].forwarded, [true; 2]) != [true; 2]);
        change(&|m| !std::mem::replace(&mut m.peerings[n].connected, true));
        change(&|m| {
            let before = (m.peerings[n].transit, m.peerings[n].remote);
            m.peerings[n].transit = [false; 2];
            m.peerings[n].remote = [false; 2];
            before != ([false; 2], [false; 2])
        });
    }
    for n in 0..model.services.len() {
        change(&|m| m.services[n].firewall.take().is_some());
        change(&|m| !std::mem::replace(&mut m.services[n].access, true));
        change(&|m| m.services[n].policy.replace("proxy") != Some("proxy"));
        change(&|m| m.services[n].firewall.as_mut().is_some_and(|one| one.allow.pop().is_some()));
        change(&|m| {
            m.services[n].firewall.as_mut().is_some_and(|one| {
                one.allow.len() > 1 && {
                    one.allow.remove(0);
                    true
                }
            })
        });
    }
    for n in 0..model.apps.len() {
        change(&|m| m.apps[n].subnet.take().is_some());
        change(&|m| m.apps[n].route_setting.take().is_some());
        change(&|m| m.apps[n].route_all.take().is_some());
        change(&|m| m.apps[n].route_everything.take().is_some());
        change(&|m| m.apps[n].public.take().is_some());
        change(&|m| m.apps[n].access_default.take().is_some());
        change(&|m| !std::mem::take(&mut m.apps[n].dns_setting).is_empty());
        change(&|m| !std::mem::take(&mut m.apps[n].dns).is_empty());
        change(&|m| m.apps[n].dns_alternative.take().is_some());
        change(&|m| m.apps[n].scm.take().is_some());
        change(&|m| m.apps[n].hybrids.pop().is_some());
        change(&|m| match &mut m.apps[n].scm {
            Some(Scm::Own(rules, _)) => rules.pop().is_some(),
            _ => false,
        });
        change(&|m| m.apps[n].access.iter_mut().any(|rule| rule.headers.pop().is_some()));
        change(&|m| m.apps[n].outbound.pop().is_some());
        for r in 0..model.apps[n].access.len() {
            change(&|m| {
                m.apps[n].access.remove(r);
                true
            });
        }
    }
    all
}

/// Is every machine inside its network, and every app in an environment that is there? A script may say otherwise, but no network is like that.
fn sound(model: &Model) -> bool {
    let homes =
        model.apps.iter().all(|app| app.ase.as_ref().is_none_or(|ase| model.ases.iter().any(|one| one.name == *ase)));
    homes
        && model.hosts.iter().all(|host| {
            let prefixes: Vec<Prefix> = match &host.place {
                Place::Subnet(vnet, subnet) => {
                    let Some(vnet) = model.vnets.iter().find(|one| one.name == *vnet) else { return false };
                    let Some(subnet) = vnet.subnets.iter().find(|one| one.name == *subnet) else { return false };
                    subnet.prefixes.clone()
                }
                Place::Site(site) => {
                    let Some(site) = model.sites.iter().find(|one| one.name == *site) else { return false };
                    site.prefixes.clone()
                }
            };
            host.addrs.iter().all(|addr| prefixes.iter().any(|prefix| prefix.has(*addr)))
        })
}

/// The smallest model that greedy removal leads to while `fails` holds.
pub fn shrink(mut model: Model, fails: impl Fn(&Model) -> bool) -> Model {
    loop {
        let Some(less) = smaller(&model).into_iter().find(|less| sound(less) && fails(less)) else { return model };
        model = less;
    }
}
