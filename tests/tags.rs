//! `use tags`: Microsoft's list of service tags, a small one of our own in its shape and, where it is at hand, the real one.
#![cfg(feature = "cli")]

mod common;

use common::{TempFolder, fnet, root};
use fnet::Session;
use fnet::load::{LoadError, Loader, Script};
use fnet::platform::{Edition, Platform, TagList};
use fnet::query::answer::VerdictWord;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const SMALL: &str = include_str!("tags/ServiceTags_Small.json");

/// Where the real lists are, beside the crate; none where they are not.
fn real() -> Vec<PathBuf> {
    let folder = root().join("../shared/corpus/d-service-tags");
    let files = std::fs::read_dir(folder).map(|all| all.flatten().map(|file| file.path()).collect::<Vec<_>>());
    files.unwrap_or_default().into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect()
}

/// A platform with a list.
fn with(text: &str) -> Platform {
    Platform::of(Edition::newest()).with_tags(Some(Arc::new(TagList::read(text).expect("a list"))))
}

#[test]
fn a_list_is_read_whole() {
    let list = TagList::read(SMALL).expect("a list");
    assert_eq!((list.cloud.as_str(), list.change.as_str()), ("Public", "7"));
    let count = list.count();
    assert_eq!((count.tags, count.prefixes), (8, 12));
    assert_eq!(list.addresses("Storage").expect("data").to_string(), "203.0.113.0/25, 2001:db8:5::/48");
    assert_eq!(list.addresses("STORAGE.westeurope").expect("data").to_string(), "203.0.113.0/26, 2001:db8:5::/48");
    // A tag that is listed without an address is not known to be empty.
    assert!(list.addresses("PowerBI").is_none());
    let api = r#"{ "changeNumber": "12", "values": [] }"#;
    assert_eq!(TagList::read(api).expect("what the API answers").change, "12");
}

#[test]
fn tags_are_found_by_name_and_region() {
    let platform = with(SMALL);
    let data = |word: &str| {
        let (tag, region) = platform.tag(word)?;
        platform.tag_addresses(&tag.name, region.as_deref()).map(|set| set.to_string())
    };
    let region = |word: &str| platform.tag(word).and_then(|(_, region)| region);
    // The region part in any case, the odd names of AzureCloud and the ordinary ones.
    assert_eq!(region("AzureCloud.GermanyWC").as_deref(), Some("germanywestcentral"));
    assert_eq!(data("AzureCloud.germanywestcentral").as_deref(), Some("203.0.113.64/26"));
    assert_eq!(data("Storage.germanywc"), data("Storage.GermanyWestCentral"));
    // The name itself keeps its case.
    assert!(platform.tag("storage").is_none() && platform.tag("grafana").is_none());
    // A tag that only the list has.
    assert_eq!(data("Grafana").as_deref(), Some("203.0.113.200/30"));
    assert!(Platform::of(Edition::newest()).tag("Grafana").is_none());
    // AzureCloud has no IPv6, whatever is listed; and what follows from the network is not taken from a list.
    assert_eq!(data("AzureCloud").as_deref(), Some("203.0.113.0/24"));
    assert_eq!(
        data("AzureLoadBalancer"),
        Platform::of(Edition::newest()).tag_addresses("AzureLoadBalancer", None).map(|set| set.to_string())
    );
    // A region that the list leaves out has no data.
    assert!(data("Storage.EastUS").is_none() && platform.tag("Storage.EastUS").is_some());
    // A route may name what the list says that routes may name.
    assert!(!platform.tag("Grafana").expect("listed").0.route);
}

/// A script is given its list from memory.
struct Given(&'static str);

impl Loader for Given {
    fn read(&self, path: &Path) -> Result<String, LoadError> {
        match path.to_str() {
            Some("nets/tags.json") => Ok(self.0.to_string()),
            Some("nets/net.fnet") => Ok("use tags \"tags.json\"\n".to_string()),
            _ => Err(LoadError::Unreadable("there is no such file".into())),
        }
    }
}

/// What is said of a list, with line and column.
fn complaint(text: &'static str) -> String {
    let mut session = Session::with_loader(Arc::new(Given(text)));
    let errors = session.load_file(Path::new("nets/net.fnet")).expect_err("no list");
    let first = &errors.diagnostics[0];
    let span = first.span().expect("a place");
    let (line, column) = errors.sources.position(span).expect("a place");
    format!(
        "{} {}:{line}:{column} {}",
        first.code,
        errors.sources.get(span.source).expect("a text").name,
        first.message
    )
}

#[test]
fn what_is_no_list_is_named_with_its_place() {
    let cases = [
        ("", "FN0005 nets/tags.json:1:1 `nets/tags.json` is not JSON: EOF while parsing a value"),
        ("vnet hub 10.0.0.0/16\n", "FN0005 nets/tags.json:1:1 `nets/tags.json` is not JSON: expected value"),
        (
            "{\n  \"values\": [\n    {,\n",
            "FN0005 nets/tags.json:3:6 `nets/tags.json` is not JSON: key must be a string",
        ),
        (
            "{\n  \"cloud\": \"Public\"\n}",
            "FN0005 nets/tags.json:3:1 `nets/tags.json` is not Microsoft's list of service tags: missing field `values`",
        ),
        (
            "{ \"values\": [ { \"name\": \"Sql\",\n  \"properties\": { \"addressPrefixes\": [ \"10.0.0.0/33\" ] } } ] }",
            "FN0005 nets/tags.json:2:52 `nets/tags.json` is not Microsoft's list of service tags: `10.0.0.0/33` is no \
             address prefix",
        ),
        (
            "[]",
            "FN0005 nets/tags.json:1:2 `nets/tags.json` is not Microsoft's list of service tags: invalid length 2, expected an object that holds the list `values`",
        ),
    ];
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let found = complaint(text);
        // The words are those of the reader of JSON: only ours and the place are held.
        if found != expected {
            wrong.push(format!("{text:?}\n  gives    {found}\n  expected {expected}"));
        }
    }
    common::report(&wrong, cases.len());
}

#[test]
fn files_that_are_not_there_or_of_another_kind() {
    let mut session = Session::with_loader(Arc::new(Given(SMALL)));
    let missing = session.load("use tags \"nowhere.json\"").expect_err("no file");
    assert_eq!(missing.diagnostics[0].code, "FN0001");
    // `tags` forgotten: a hint, not a flood.
    let script = session.load("use \"nets/tags.json\"").expect_err("JSON");
    assert_eq!(script.diagnostics.len(), 1);
    assert!(script.diagnostics[0].helps[0].contains("use tags"), "{:?}", script.diagnostics[0].helps);
    // A list of another cloud is taken, with a warning.
    let other = SMALL.replace("\"Public\"", "\"AzureGovernment\"");
    let mut session = Session::with_loader(Arc::new(Given(Box::leak(other.into_boxed_str()))));
    let report = session.load_file(Path::new("nets/net.fnet")).expect("a list");
    assert!(report.diagnostics.iter().any(|d| !d.is_error() && d.message.contains("AzureGovernment")));
}

const NET: &str = "edition 2026\nregion westeurope\nvnet net 10.1.0.0/16 { subnet functions 10.1.1.0/26 { \
    delegation Microsoft.Web/serverFarms; nsg egress } }\nnsg egress { outbound { 100 allow tcp * -> Storage.WestEurope:443; \
    200 deny * * -> * } }\nplan p { tier Premium }\napp app1 on p { integrate net.functions; route-all on }\n";

fn is_unknown(session: &mut Session, question: &str) -> bool {
    session.ask(question).expect("an answer").verdict() == Some(VerdictWord::Unknown)
}

#[test]
fn a_list_decides_and_without_one_nobody_knows() {
    let question = "can app1 reach 203.0.113.9:443";
    let mut session = Session::with_loader(Arc::new(Given(SMALL)));
    session.load(NET).expect("a network");
    assert!(is_unknown(&mut session, question));
    // At the prompt the list is told, and answers from there on.
    let report = session.enter("use tags \"nets/tags.json\"").expect("a list");
    assert!(format!("{:?}", report.outcomes).contains("8 service tags with 12 prefixes"));
    assert!(session.ask(question).expect("an answer").is_yes());
    assert!(session.ask("can app1 reach 203.0.113.70:443").expect("an answer").is_no());
    // A script's own words about a tag go before the list.
    session.enter("amend service-tag Storage.WestEurope { prefix 198.51.100.0/24 }").expect("an amendment");
    assert!(session.ask(question).expect("an answer").is_no());
}

#[test]
fn a_question_sees_the_list_above_it() {
    let mut session = Session::with_loader(Arc::new(Given(SMALL)));
    let text = format!(
        "{NET}assert can app1 reach 203.0.113.9:443 is unknown\nuse tags \"nets/tags.json\"\n\
         assert app1 can reach 203.0.113.9:443\n"
    );
    let report = session.load_all([Script::text("net", &text)]).expect("a network");
    assert_eq!(report.assertions(), (2, 0), "{report:?}");
}

#[test]
fn the_stated_whole_bounds_its_regions() {
    let mut session = Session::new();
    session.load(&format!("{NET}amend service-tag Storage {{ prefix 203.0.113.0/24 }}\n")).expect("a network");
    // Within Storage it may be West Europe's; outside it surely is not.
    assert!(is_unknown(&mut session, "can app1 reach 203.0.113.9:443"));
    assert!(session.ask("can app1 reach 198.51.100.9:443").expect("an answer").is_no());
    // And what a region holds is the whole tag's.
    let mut session = Session::new();
    let net = NET.replace("Storage.WestEurope:443", "Storage:443");
    session
        .load(&format!("{net}amend service-tag Storage.NorthEurope {{ prefix 203.0.113.0/24 }}\n"))
        .expect("a network");
    assert!(session.ask("can app1 reach 203.0.113.9:443").expect("an answer").is_yes());
    assert!(is_unknown(&mut session, "can app1 reach 198.51.100.9:443"));
}

#[test]
fn scripts_find_their_list_wherever_they_come_from() {
    let folder = TempFolder::new("tags");
    folder.file("tags.json", SMALL);
    let question = "can app1 reach 203.0.113.9:443\n";
    let script = folder.file("net.fnet", format!("{NET}use tags \"tags.json\"\n{question}"));
    // Relative to the script that names it.
    fnet(["run", script.to_str().expect("a path")]).ends(0).says("yes");
    // From standard input, relative to where the program is started.
    let text = format!("{NET}use tags \"tests/tags/ServiceTags_Small.json\"\n{question}");
    common::fnet_with(["run", "-"], text.as_bytes()).ends(0).says("yes");
}

#[test]
fn the_real_list_is_read_whole() {
    let lists = real();
    for path in &lists {
        let text = std::fs::read_to_string(path).expect("a list");
        let start = std::time::Instant::now();
        let list = TagList::read(&text).unwrap_or_else(|fault| panic!("{}: {fault:?}", path.display()));
        let count = list.count();
        println!("{} tags, {} prefixes in {:?}", count.tags, count.prefixes, start.elapsed());
        assert!(count.tags > 3000 && count.prefixes > 90_000, "{count:?}");
        let platform = with(&text);
        let mut wrong = Vec::new();
        // Every tag of the list is one for a script, under its own name, with all that the list says of it.
        let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let values = json["values"].as_array().expect("values");
        for value in values {
            let name = value["name"].as_str().expect("a name");
            let listed = value["properties"]["addressPrefixes"].as_array().expect("prefixes");
            let prefixes: Vec<ipnet::IpNet> =
                listed.iter().map(|p| p.as_str().expect("text").parse().expect("a prefix")).collect();
            let mut wanted = fnet::net::AddressSet::of(&prefixes);
            if name.starts_with("AzureCloud") {
                wanted = wanted.intersection(&fnet::net::AddressSet::all_v4());
            }
            let found =
                platform.tag(name).and_then(|(tag, region)| platform.tag_addresses(&tag.name, region.as_deref()));
            if found.unwrap_or_default() != wanted {
                wrong.push(format!("{name} is not what the list says"));
            }
        }
        common::report(&wrong, values.len());
    }
    println!("{} real lists read, {} skipped", lists.len(), usize::from(lists.is_empty()));
}
