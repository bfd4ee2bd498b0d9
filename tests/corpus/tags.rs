//! Microsoft's list of service tags, every tag in a rule: which addresses are in a tag is held to a scan of its prefixes
//! in the file.

use super::dice::Dice;
use super::{asked, common, corpus};
use fnet::platform::{Edition, Platform, TagList};
use fnet::{Answer, Session};
use ipnet::IpNet;
use std::fmt::Write;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// The priority of the first line, and the port that its tag has for itself.
const FIRST: usize = 100;
const PORT: usize = 1_024;

struct Tag {
    name: String,
    prefixes: Vec<IpNet>,
}

impl Tag {
    fn holds(&self, address: IpAddr) -> bool {
        self.prefixes.iter().any(|prefix| prefix.contains(&address))
    }
}

/// The lists, with the tags that they state prefixes of.
fn lists() -> Vec<(PathBuf, Vec<Tag>)> {
    let mut paths = corpus("d-service-tags");
    if paths.is_empty() {
        println!("service tags: the corpus is not here; 1 list skipped, our own taken");
    }
    paths.push(common::root().join("tests/tags/ServiceTags_Small.json"));
    paths.into_iter().map(|path| (path.clone(), tags(&path))).collect()
}

fn tags(path: &PathBuf) -> Vec<Tag> {
    let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).expect("a list")).expect("JSON");
    let tag = |value: &serde_json::Value| {
        let name = value["name"].as_str().expect("a name").to_string();
        let prefixes = value["properties"]["addressPrefixes"].as_array().expect("prefixes").iter();
        let prefixes = prefixes.map(|prefix| prefix.as_str().expect("text").parse::<IpNet>().expect("a prefix"));
        // Rules of Azure that name this tag hold no IPv6, whatever the list has (`tag.azurecloud-no-ipv6`).
        let v4_alone = name.split('.').next() == Some("AzureCloud");
        let prefixes = prefixes.filter(|prefix| !v4_alone || prefix.addr().is_ipv4()).collect();
        Tag { name, prefixes }
    };
    let mut all: Vec<Tag> = json["values"].as_array().expect("values").iter().map(tag).collect();
    // What follows from the network is not taken from a list.
    all.retain(|tag| !tag.prefixes.is_empty() && tag.name != "AzureLoadBalancer");
    all
}

/// An address in a tag or near it, or in another tag.
fn address(dice: &mut Dice, tags: &[Tag], of: usize) -> IpAddr {
    let tag = if dice.percent(30) { dice.one(tags) } else { &tags[of] };
    let prefix = *dice.one(&tag.prefixes);
    match dice.percent(40) {
        true => {
            dice.address(&IpNet::new(prefix.addr(), prefix.prefix_len().saturating_sub(2)).expect("a length").trunc())
        }
        false => dice.address(&prefix),
    }
}

#[test]
fn a_tag_holds_what_its_prefixes_hold() {
    for (path, tags) in lists() {
        let list = TagList::read(&std::fs::read_to_string(&path).expect("a list")).expect("a list");
        let platform = Platform::of(Edition::newest()).with_tags(Some(Arc::new(list)));
        let mut dice = Dice::of(3);
        let (mut inside, mut outside) = (0, 0);
        for (at, tag) in tags.iter().enumerate() {
            let (facts, region) = platform.tag(&tag.name).unwrap_or_else(|| panic!("{} is no tag", tag.name));
            let set = platform.tag_addresses(&facts.name, region.as_deref()).expect("stated addresses");
            for _ in 0..8 {
                let address = address(&mut dice, &tags, at);
                assert_eq!(set.contains(address), tag.holds(address), "{}: {address}", tag.name);
                *if tag.holds(address) { &mut inside } else { &mut outside } += 1;
            }
        }
        println!("{} tags: {inside} addresses in one of them, {outside} not", tags.len());
        assert!(inside > 0 && outside > 0);
    }
}

#[test]
fn every_tag_decides_in_a_rule() {
    for (path, tags) in lists() {
        let last = FIRST + tags.len();
        let mut text = format!(
            "edition 2026\nuse tags \"{}\"\namend limit nsg-priority-last {{ value {last} }}\n\
             vnet hub 10.250.0.0/24, 2001:db8:250::/48 {{\n\
             subnet work 10.250.0.0/26, 2001:db8:250:1::/64 {{ nsg guard }}\n}}\n\
             host caller in hub.work 10.250.0.4, 2001:db8:250:1::4\nnsg guard {{\n  outbound {{\n",
            path.display().to_string().replace('\\', "/")
        );
        for (at, tag) in tags.iter().enumerate() {
            let _ = writeln!(text, "    {} allow tcp * -> {}:{}", FIRST + at, tag.name, PORT + at);
        }
        let _ = writeln!(text, "    {last} deny * * -> *\n  }}\n}}");
        let mut net = Session::new();
        let report = net.load(&text).unwrap_or_else(|errors| panic!("{errors}"));
        // No rule with a tag is refused, or told to mean nothing.
        let refused = report.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
        assert_eq!(refused, 0, "{:?}", report.diagnostics);
        let mut dice = Dice::of(5);
        let (mut wrong, mut inside) = (Vec::new(), 0);
        for _ in 0..asked() * 4 {
            let at = dice.below(tags.len());
            let address = address(&mut dice, &tags, at);
            let port = PORT + at;
            let question = match address {
                IpAddr::V4(address) => format!("can caller reach {address}:{port} over tcp"),
                IpAddr::V6(address) => format!("can caller reach [{address}]:{port} over tcp"),
            };
            let Ok(Answer::Reach(answer)) = net.ask(&question) else { panic!("{question}: no answer") };
            let holds = tags[at].holds(address);
            inside += usize::from(holds);
            let expected = format!("guard outbound {} ", if holds { FIRST + at } else { last });
            let steps: Vec<&str> = answer.parts.iter().flat_map(|part| &part.steps).map(|step| &*step.text).collect();
            if answer.parts.len() != 1 || !steps.iter().any(|text| text.starts_with(&expected)) {
                wrong.push(format!("{question}, {}: no step `{expected}` in {steps:?}", tags[at].name));
            }
        }
        println!("{} rules, each with a tag of its own: {inside} of {} packets in it", tags.len(), asked() * 4);
        common::report(&wrong, asked() * 4);
    }
}
