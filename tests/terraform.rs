//! Plans and states of Terraform become source: files of our own in `tests/import/terraform/`, each with the source that is
//! expected of it and questions to that, and those of the corpus where they lie.
#![cfg(feature = "cli")]

mod common;

use common::{Expectations, files, fnet, report, root, slashed};
use fnet::Session;
use fnet::import::{Document, Imported, Json, Options, Outcome, import};
use fnet::platform::{Edition, PathStep, Platform, TerraformLine};
use fnet::source::SourceId;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const FIXTURES: &str = "tests/import/terraform";
/// Where plans and states of others lie, for who has them; `FNET_CORPUS` names another corpus.
const CORPUS: &str = "../shared/corpus";

/// `orders` of `orders.plan.json`.
fn name_of(path: &Path) -> String {
    let file = path.file_name().expect("a file").to_string_lossy();
    file.split('.').next().unwrap_or("").to_string()
}

fn fixtures() -> Vec<PathBuf> {
    let mut all = files(FIXTURES, ".json");
    all.extend(files(FIXTURES, ".tfstate"));
    assert!(all.len() > 4, "there are fixtures");
    all
}

fn imported(name: &str, text: &str) -> Option<Imported> {
    let json = Json::read(SourceId(0), text).ok()?;
    Some(import(&[Document { name: name.into(), source: SourceId(0), json }], &Options::default()))
}

#[test]
fn plans_and_states_become_the_source_that_is_expected() {
    let mut expectations = Expectations::of("terraform", "terraform");
    for path in fixtures() {
        let run = fnet(["import", &slashed(&path)]).calm();
        let file = path.file_name().expect("a file").to_string_lossy().to_string();
        if run.code != Some(0) {
            expectations.trouble(format!("{file} ends with {:?}", run.code));
        }
        expectations.compare(&file, &run.all());
    }
    let change = fnet(["diff", &format!("{FIXTURES}/edge.state.json"), &format!("{FIXTURES}/edge.plan.json")]).calm();
    expectations.compare("diff", &change.ends(1).all());
    expectations.finish();
}

#[test]
fn questions_are_answered_straight_from_them() {
    let mut count = 0;
    for path in fixtures() {
        let asks = format!("{FIXTURES}/{}.asks.fnet", name_of(&path));
        // A plan that changes something has the questions of its state, of which some come out otherwise.
        if root().join(&asks).exists() && slashed(&path) != format!("{FIXTURES}/edge.plan.json") {
            fnet(["run", &slashed(&path), &asks, "--quiet"]).ends(0);
            count += 1;
        }
    }
    assert_eq!(count, 4, "every fixture has questions");
    let after = fnet(["run", &format!("{FIXTURES}/edge.plan.json"), &format!("{FIXTURES}/edge.asks.fnet"), "--quiet"]);
    after.ends(1).says("✗ assert 203.0.113.9 can reach 20.50.60.70:22").says("✗ assert 198.51.100.7 cannot reach");
}

#[test]
fn no_secret_of_a_plan_is_told() {
    let mut count = 0;
    for path in fixtures() {
        let text = std::fs::read_to_string(root().join(&path)).expect("a readable file");
        let secrets = ["Sesame-1234", "c2VzYW1l"].into_iter().filter(|secret| text.contains(secret));
        for secret in secrets {
            let whole =
                fnet(["import", &slashed(&path), "--report", "-"]).all() + &fnet(["import", &slashed(&path)]).all();
            assert!(!whole.contains(secret), "{}: `{secret}` is told", slashed(&path));
            count += 1;
        }
    }
    assert!(count > 3, "there are secrets to be kept");
}

/// What is wrong with a source: it loads, unless what it was made of is wrong itself.
fn fault_of(name: &str, imported: &Imported) -> Option<String> {
    let wrong = imported.diagnostics.iter().find(|diagnostic| diagnostic.is_error());
    if let Some(wrong) = wrong {
        return Some(format!("{name}: {}", wrong.message));
    }
    Session::new().load(&imported.source).err().map(|errors| format!("{name}: {errors}\n{}", imported.source))
}

#[test]
fn the_corpus_is_read() {
    let base = std::env::var_os("FNET_CORPUS").map_or_else(|| root().join(CORPUS), PathBuf::from);
    let mut paths = Vec::new();
    for folder in ["b-terraform/plans", "b-terraform/states"] {
        let Ok(entries) = std::fs::read_dir(base.join(folder)) else {
            eprintln!("skipped: {CORPUS}/{folder} is not there");
            continue;
        };
        paths.extend(entries.map(|entry| entry.expect("a readable folder").path()));
    }
    paths.sort();
    let (mut faults, mut counts) = (Vec::new(), BTreeMap::<String, (u32, u32)>::new());
    for path in &paths {
        let name = path.file_name().expect("a file").to_string_lossy().to_string();
        let text = std::fs::read_to_string(path).expect("a readable file");
        let Some(imported) = imported(&name, &text) else {
            faults.push(format!("{name}: no JSON"));
            continue;
        };
        faults.extend(fault_of(&name, &imported));
        for told in &imported.report.resources {
            let count = counts.entry(told.kind.clone()).or_default();
            match &told.outcome {
                Outcome::Translated(_) => count.0 += 1,
                Outcome::Listed(reason) if reason == "fnet does not know this type" => {
                    faults.push(format!("{name}: {} is of no known type", told.kind));
                }
                _ => count.1 += 1,
            }
        }
    }
    for (kind, (translated, listed)) in &counts {
        eprintln!("{kind}: {translated} translated, {listed} not");
    }
    report(&faults, paths.len());
}

/// Numbers that look like chance and are the same every time.
struct Noise(u64);

impl Noise {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// Changes something of a document: takes a value out, puts another in its place, or a copy of one beside it.
fn mutate(json: &mut serde_json::Value, noise: &mut Noise) {
    use serde_json::{Value, json};
    let mut at = json;
    for _ in 0..noise.below(14) {
        let size = at.as_object().map(serde_json::Map::len).or(at.as_array().map(Vec::len)).unwrap_or(0);
        if size == 0 {
            break;
        }
        let pick = noise.below(size);
        at = match at {
            Value::Object(map) => map.values_mut().nth(pick).expect("it is there"),
            Value::Array(list) => &mut list[pick],
            _ => break,
        };
    }
    *at = match noise.below(12) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!("/subscriptions//providers/"),
        4 => json!("module.a[\"b"),
        5 => json!([at.clone(), at.clone()]),
        6 => json!({ "references": ["each.value.id", "module.network", "var.name", "local.x[0].*"], "x": at.clone() }),
        7 => json!({ "id": at.clone() }),
        8 => json!([]),
        9 => json!("{x}|{parent}/{}"),
        10 => json!({ "references": ["azurerm_subnet.this", "each.key", "azurerm_virtual_network.this.subnet[0].id"] }),
        _ => json!("azurerm_subnet"),
    };
}

#[test]
fn no_mutation_of_a_plan_panics() {
    let mut noise = Noise(0x5eed_0007);
    let mut told = 0;
    for path in fixtures() {
        let text = std::fs::read_to_string(root().join(&path)).expect("a readable file");
        let whole: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        for _ in 0..60 {
            let mut changed = whole.clone();
            for _ in 0..=noise.below(4) {
                mutate(&mut changed, &mut noise);
            }
            let imported = imported("changed", &changed.to_string()).expect("it is JSON");
            told += imported.report.resources.len();
        }
    }
    assert!(told > 1000, "most of what was changed is read all the same");
}

/// A circle of modules, outputs and references ends.
#[test]
fn circles_end() {
    let refs = |all: &[&str]| serde_json::json!({ "references": all });
    let circle = ["module.a.x", "module.a.y", "var.v", "azurerm_subnet.s.virtual_network_name"];
    let module = serde_json::json!({
        "resources": [{ "address": "azurerm_subnet.s", "mode": "managed", "type": "azurerm_subnet", "name": "s",
            "expressions": { "virtual_network_name": refs(&circle), "route_table_id": refs(&circle) },
            "for_each_expression": refs(&["azurerm_subnet.s"]) }],
        "outputs": { "x": { "expression": refs(&circle) }, "y": { "expression": refs(&circle) } },
        "module_calls": { "a": { "expressions": { "v": refs(&circle) }, "module": {
            "outputs": { "x": { "expression": refs(&circle) }, "y": { "expression": refs(&["var.v", "var.v.w"]) } } } } },
    });
    let values = |address: &str| {
        serde_json::json!({ "address": address, "mode": "managed", "type": "azurerm_subnet", "name": "s", "index": "k",
            "values": { "name": "s", "resource_group_name": "g" } })
    };
    let unknown = serde_json::json!({ "virtual_network_name": true, "route_table_id": true });
    let plan = serde_json::json!({
        "format_version": "1.2", "configuration": { "root_module": module },
        "planned_values": { "root_module": { "resources": [values("azurerm_subnet.s[\"k\"]")],
            "child_modules": [{ "address": "module.a", "resources": [values("module.a.azurerm_subnet.s[\"k\"]")] }] } },
        "resource_changes": [{ "address": "azurerm_subnet.s[\"k\"]", "change": { "actions": ["create"], "after_unknown": unknown } }],
    });
    let imported = imported("circle", &plan.to_string()).expect("it is JSON");
    assert!(imported.diagnostics.iter().any(|one| one.code == "FN0012"), "what leads nowhere is told");
}

/// The words in the string literals of a text.
fn words_in_strings(text: &str, into: &mut BTreeSet<String>) {
    for literal in text.split('"').skip(1).step_by(2) {
        let words = literal.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        into.extend(words.filter(|word| !word.is_empty()).map(str::to_lowercase));
    }
}

/// A property that an attribute is put at is one that the translation looks for, by its last member.
#[test]
fn what_is_mapped_is_read() {
    let mut read = BTreeSet::new();
    for path in files("src/import/translate", ".rs") {
        let text = std::fs::read_to_string(root().join(path)).expect("a source");
        // What stands in comments and between strings is no matter here.
        text.lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .for_each(|line| words_in_strings(line, &mut read));
    }
    // A list of words of a declaration names properties too.
    let resources = std::fs::read_to_string(root().join("stdlib/shared/resources.fnet")).expect("the stdlib");
    read.extend(resources.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_lowercase));
    // Security rules are read by the side of a flow, and headers whatever they are called.
    for side in ["source", "destination"] {
        read.extend(["addressprefix", "addressprefixes", "portrange", "portranges"].map(|end| format!("{side}{end}")));
    }
    fn lines(of: &str, all: &[TerraformLine], read: &BTreeSet<String>, unread: &mut Vec<String>) {
        for line in all {
            let (path, inner) = match line {
                TerraformLine::Constant(path, _) => (path, [].as_slice()),
                TerraformLine::Attribute(attribute) => (&attribute.path, attribute.inner.as_slice()),
                _ => continue,
            };
            let last = path.iter().rev().find_map(|step| match step {
                PathStep::Member(name) => Some(name),
                _ => None,
            });
            if let Some(last) = last.filter(|last| !read.contains(&last.to_lowercase()) && !last.starts_with("x-")) {
                unread.push(format!("{of}: `{last}` is read by nobody"));
            }
            lines(of, inner, read, unread);
        }
    }
    let platform = Platform::of(Edition::newest());
    let mut unread = Vec::new();
    let names = platform.names("terraform-type");
    for name in &names {
        let kind = platform.terraform_type(name).expect("it is declared");
        lines(name, &kind.lines, &read, &mut unread);
    }
    report(&unread, names.len());
}
