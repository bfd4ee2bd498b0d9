//! The facts under `stdlib/`: complete, well formed, and at one with the code that names them.

mod common;

use common::{files, report, root, slashed};
use fnet::model::Kind;
use fnet::platform::{Edition, FILES, Platform, RuleClass, TerraformAttribute, TerraformLine};
use fnet::source::SourceId;
use fnet::syntax::ast::{Declaration, Item, Statement, Value};
use fnet::syntax::parse;
use std::collections::{BTreeMap, BTreeSet};

/// A declaration of the stdlib.
struct Fact {
    path: &'static str,
    kind: String,
    name: String,
    declaration: Declaration,
}

impl Fact {
    /// `2020`, `2026` or `shared`.
    fn folder(&self) -> &'static str {
        self.path.split('/').next().expect("a folder")
    }

    /// The words of a property, quotes taken off.
    fn words(&self, property: &str) -> Vec<String> {
        let items = self.declaration.block.iter().flat_map(|block| &block.items);
        let entries = items.filter_map(|item| match item {
            Item::Entry(entry) if &*entry.name.text == property => Some(entry),
            _ => None,
        });
        entries
            .flat_map(|entry| entry.groups.iter().flatten())
            .filter_map(Value::word)
            .map(|word| word.plain())
            .collect()
    }

    fn place(&self) -> String {
        format!("{}: {} {}", self.path, self.kind, self.name)
    }
}

fn facts() -> Vec<Fact> {
    let mut all = Vec::new();
    for (path, text) in FILES {
        let (statements, _) = parse(SourceId(0), *text);
        for statement in statements {
            let Statement::Declaration(declaration) = statement else { continue };
            let kind = declaration.kind.text.to_string();
            let name = text[declaration.kind.span().end as usize..].split_whitespace().next().unwrap_or("").to_string();
            all.push(Fact { path, kind, name, declaration });
        }
    }
    assert!(all.len() > 300, "the stdlib is read");
    all
}

/// The ids of the rules of every edition.
fn rule_ids() -> BTreeSet<String> {
    Edition::all()
        .flat_map(|edition| Platform::of(edition).rule_ids().into_iter().map(String::from).collect::<Vec<_>>())
        .collect()
}

#[test]
fn the_table_of_files_is_the_folder() {
    let on_disk: BTreeSet<String> =
        files("stdlib", "").iter().map(|path| slashed(path).trim_start_matches("stdlib/").to_string()).collect();
    let built_in: BTreeSet<String> = FILES.iter().map(|(path, _)| path.to_string()).collect();
    assert_eq!(built_in.len(), FILES.len(), "a file stands in the table twice");
    let missing: Vec<_> = on_disk.difference(&built_in).collect();
    let extra: Vec<_> = built_in.difference(&on_disk).collect();
    assert!(missing.is_empty() && extra.is_empty(), "not in the table: {missing:?}; not on the disk: {extra:?}");
}

#[test]
fn every_file_parses_into_declarations() {
    let mut wrong = Vec::new();
    for (path, text) in FILES {
        let (statements, diagnostics) = parse(SourceId(0), *text);
        wrong.extend(diagnostics.iter().map(|d| format!("{path}: {}: {}", d.code, d.message)));
        if statements.is_empty() {
            wrong.push(format!("{path} declares nothing"));
        }
        for statement in statements {
            match statement {
                Statement::Declaration(d) if Platform::kinds().contains(&&*d.kind.text) => {}
                Statement::Declaration(d) => wrong.push(format!("{path}: `{}` is no kind of the stdlib", d.kind.text)),
                other => wrong.push(format!("{path}: not a declaration: {other:?}")),
            }
        }
    }
    report(&wrong, FILES.len());
}

#[test]
fn names_are_unique_in_an_edition() {
    let all = facts();
    let mut wrong = Vec::new();
    for edition in Edition::all() {
        let mut seen: BTreeMap<(&str, &str), &str> = BTreeMap::new();
        for fact in all.iter().filter(|fact| fact.folder() == "shared" || fact.folder() == edition.name()) {
            if let Some(first) = seen.insert((&fact.kind, &fact.name), fact.path) {
                wrong.push(format!("edition {edition}: {} stands in {first} as well", fact.place()));
            }
        }
    }
    report(&wrong, all.len());
}

/// The library looks a name up in one file: a declaration in another would never be found.
#[test]
fn every_declaration_is_found() {
    let all = facts();
    let mut wrong = Vec::new();
    for fact in &all {
        for edition in Edition::all().filter(|edition| fact.folder() == "shared" || fact.folder() == edition.name()) {
            if Platform::of(edition).declaration(&fact.kind, &fact.name).is_none() {
                wrong.push(format!("edition {edition} does not find {}", fact.place()));
            }
        }
    }
    report(&wrong, all.len());
}

#[test]
fn rules_say_what_they_are() {
    let mut wrong = Vec::new();
    let mut codes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let all = facts();
    for fact in all.iter().filter(|fact| fact.kind == "rule") {
        let mut must = |holds: bool, what: &str| {
            if !holds {
                wrong.push(format!("{}: {what}", fact.place()));
            }
        };
        let one = |property: &str| fact.words(property).join(" ");
        must(!one("title").is_empty(), "no title");
        must(!one("text").is_empty(), "no text");
        let class = one("class");
        must(["engine", "check", "information"].contains(&&*class), &format!("class `{class}`"));
        let (code, severity) = (one("code"), one("severity"));
        if class == "check" {
            must(code.len() == 6 && (code.starts_with("FN02") || code.starts_with("FN03")), &format!("code `{code}`"));
            must(["error", "warning", "note"].contains(&&*severity), &format!("severity `{severity}`"));
            codes.entry(code).or_default().insert(fact.name.clone());
        } else {
            must(code.is_empty() && severity.is_empty(), "a code or severity, and no check");
        }
        must(!one("source").is_empty() || one("derived") == "on", "neither a source nor `derived on`");
    }
    for (code, ids) in codes.iter().filter(|(_, ids)| ids.len() > 1) {
        wrong.push(format!("{code} belongs to {ids:?}"));
    }
    report(&wrong, all.len());
}

#[test]
fn sources_begin_with_a_document() {
    let all = facts();
    let documents: BTreeSet<&str> =
        all.iter().filter(|fact| fact.kind == "document").map(|fact| fact.name.as_str()).collect();
    let mut wrong = Vec::new();
    let mut cited = BTreeSet::new();
    for fact in &all {
        for source in fact.words("source") {
            if fact.kind != "rule" {
                continue;
            }
            let key = source.split(',').next().unwrap_or("").trim().to_string();
            if !documents.contains(&*key) {
                wrong.push(format!("{} cites `{source}`, and no document is called `{key}`", fact.place()));
            }
            cited.insert(key);
        }
    }
    report(&wrong, cited.len());
}

#[test]
fn open_points_exist() {
    let mut wrong = Vec::new();
    let all = facts();
    let known: BTreeSet<&str> =
        all.iter().filter(|fact| fact.kind == "open-point").map(|fact| fact.name.as_str()).collect();
    for fact in &all {
        for point in fact.words("open-point") {
            if !known.contains(&*point) {
                wrong.push(format!("{} rests on `{point}`, which is not declared", fact.place()));
            }
        }
    }
    for edition in Edition::all() {
        for point in &known {
            let read = Platform::of(edition).open_point(point);
            if read.is_none_or(|point| point.question.is_empty() || point.default.is_empty()) {
                wrong.push(format!("edition {edition}: open point {point} lacks its question or what is taken"));
            }
        }
    }
    report(&wrong, known.len());
}

#[test]
fn rules_that_facts_name_exist() {
    let mut wrong = Vec::new();
    for edition in Edition::all() {
        let platform = Platform::of(edition);
        let mut must = |id: &str, who: String| {
            if !platform.declares(id) {
                wrong.push(format!("edition {edition}: {who} names rule `{id}`, which it does not declare"));
            }
        };
        for feature in platform.features() {
            for cell in &feature.cells {
                if let Some(by) = &cell.by {
                    must(by, format!("feature {} of {}", feature.name, cell.plan));
                }
            }
        }
        for rule in platform.default_rules() {
            must(&rule.rule, format!("default rule {}", rule.name));
        }
        for route in platform.system_routes() {
            must(&route.rule, format!("system route {}", route.prefix));
        }
        for fact in facts()
            .iter()
            .filter(|fact| ["service-endpoint", "trigger-type", "app-setting", "property"].contains(&&*fact.kind))
        {
            let here = fact.folder() == "shared" || fact.folder() == edition.name();
            for id in fact.words("rule").iter().filter(|id| here && id.contains('.')) {
                must(id, fact.place());
            }
        }
    }
    report(&wrong, 2);
}

/// A topic may name a rule of another edition; one that no edition has is a slip.
#[test]
fn topics_name_rules() {
    let ids = rule_ids();
    let mut wrong = Vec::new();
    for edition in Edition::all() {
        for topic in Platform::of(edition).topics() {
            for wanted in &topic.rules {
                let begins = |id: &String| {
                    id == wanted || id.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.starts_with('.'))
                };
                if !ids.iter().any(begins) {
                    wrong.push(format!("topic {} names `{wanted}`, and no rule begins so", topic.name));
                }
            }
            if topic.title.is_empty() || topic.rules.is_empty() {
                wrong.push(format!("topic {} lacks its title or its rules", topic.name));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    report(&wrong, ids.len());
}

#[test]
fn features_name_plans() {
    let mut wrong = Vec::new();
    for edition in Edition::all() {
        let platform = Platform::of(edition);
        let plans: Vec<String> = platform.plan_types().into_iter().map(|plan| plan.name.clone()).collect();
        for feature in platform.features() {
            let named: Vec<&String> = feature.cells.iter().map(|cell| &cell.plan).collect();
            for plan in &plans {
                if named.iter().filter(|name| **name == plan).count() != 1 {
                    wrong
                        .push(format!("edition {edition}: feature {} does not have one cell for {plan}", feature.name));
                }
            }
            for name in named.iter().filter(|name| !plans.contains(name)) {
                wrong.push(format!(
                    "edition {edition}: feature {} has a cell for `{name}`, which is no plan",
                    feature.name
                ));
            }
        }
    }
    report(&wrong, 2);
}

/// The string literals of a source that are spelled like the id of a rule of a known family.
fn named_in(text: &str, families: &BTreeSet<&str>) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let code = if line.trim_start().starts_with("//") { "" } else { line };
        // Between quotes: every second part.
        for literal in code.split('"').skip(1).step_by(2) {
            let parts: Vec<&str> = literal.split('.').collect();
            let word = |part: &&str| {
                !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            };
            if parts.len() > 1 && parts.iter().all(word) && families.contains(parts[0]) {
                found.push((at + 1, literal.to_string()));
            }
        }
    }
    found
}

/// What decides is named where it is decided: by the code, or by the fact that the code reads.
#[test]
fn every_rule_that_decides_is_named() {
    let ids = rule_ids();
    let families: BTreeSet<&str> = ids.iter().filter_map(|id| id.split('.').next()).collect();
    let mut named: BTreeSet<String> = BTreeSet::new();
    for path in ["src/engine", "src/query", "src/model"].iter().flat_map(|folder| files(folder, ".rs")) {
        let text = std::fs::read_to_string(root().join(&path)).expect("a source");
        named.extend(named_in(&text, &families).into_iter().map(|(_, id)| id));
    }
    // What is read out by a person alone names nothing.
    let told = ["rule", "topic", "suspect", "document", "open-point"];
    for (_, text) in FILES {
        let (statements, _) = parse(SourceId(0), *text);
        for statement in statements {
            let Statement::Declaration(declaration) = statement else { continue };
            if told.contains(&&*declaration.kind.text) {
                continue;
            }
            let own = &text[declaration.span.start as usize..declaration.span.end as usize];
            let words = own.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'));
            named.extend(words.filter(|word| ids.contains(*word)).map(String::from));
        }
    }
    let mut counts: BTreeMap<(String, String), (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for fact in facts().iter().filter(|fact| fact.kind == "rule") {
        let class = fact.words("class").join(" ");
        if class == "information" {
            continue;
        }
        let count = counts.entry((class, fact.folder().to_string())).or_default();
        count.1 += 1;
        if named.contains(&fact.name) {
            count.0 += 1;
        } else {
            wrong.push(format!("nothing that decides names {}", fact.place()));
        }
    }
    for ((class, folder), (named, all)) in &counts {
        println!("class {class}, {folder}: {named} of {all} are named");
    }
    let all = counts.values().map(|(_, all)| all).sum();
    report(&wrong, all);
}

#[test]
fn rules_that_the_code_names_are_declared() {
    let ids = rule_ids();
    let families: BTreeSet<&str> = ids.iter().filter_map(|id| id.split('.').next()).collect();
    let (mut wrong, mut named) = (Vec::new(), BTreeSet::new());
    for path in ["src/engine", "src/query"].iter().flat_map(|folder| files(folder, ".rs")) {
        let text = std::fs::read_to_string(root().join(&path)).expect("a source");
        for (line, id) in named_in(&text, &families) {
            if !ids.contains(&id) {
                wrong.push(format!("{}:{line} names `{id}`, which no edition declares", slashed(&path)));
            }
            named.insert(id);
        }
    }
    assert!(named.len() > 100, "the engine is read: {}", named.len());
    println!("{} rules are named by the code, {} are declared", named.len(), ids.len());
    report(&wrong, named.len());
}

/// Every rule reads as the platform gives it out.
#[test]
fn every_rule_is_read() {
    let mut wrong = Vec::new();
    for edition in Edition::all() {
        let platform = Platform::of(edition);
        for id in platform.rule_ids() {
            let Some(rule) = platform.rule(id) else {
                wrong.push(format!("edition {edition}: rule {id} is not read"));
                continue;
            };
            if rule.title.is_empty() || rule.text.is_empty() || (rule.class == RuleClass::Check) != rule.code.is_some()
            {
                wrong.push(format!("edition {edition}: rule {id} lacks something: {rule:?}"));
            }
        }
    }
    report(&wrong, 2);
}

/// An interface is for a line of the language, says how it is changed, and closes what it opens.
#[test]
fn interfaces_are_for_lines_of_the_language() {
    let all = facts();
    let mut wrong = Vec::new();
    let interfaces: Vec<&Fact> = all.iter().filter(|fact| fact.kind == "interface").collect();
    for fact in &interfaces {
        let kind = fact.name.split('.').next().unwrap_or("");
        if Kind::named(kind).is_none() {
            wrong.push(format!("{}: `{kind}` is no kind", fact.place()));
        }
        let texts: Vec<String> = ["az", "arm", "note"].iter().flat_map(|property| fact.words(property)).collect();
        if texts.is_empty() {
            wrong.push(format!("{} says nothing", fact.place()));
        }
        for text in texts {
            for (open, close) in [('{', '}'), ('[', ']'), ('<', '>')] {
                if text.matches(open).count() != text.matches(close).count() {
                    wrong.push(format!("{}: {text}", fact.place()));
                }
            }
        }
        if let Some(command) = fact.words("az").iter().find(|command| !command.starts_with("az ")) {
            wrong.push(format!("{}: no command of az: {command}", fact.place()));
        }
    }
    assert!(interfaces.len() > 50, "interfaces are read");
    report(&wrong, interfaces.len());
}

/// A type of Terraform is a resource, a part of one, or left out with a reason; what it is like exists.
#[test]
fn types_of_terraform_are_something() {
    fn lines(lines: &[TerraformLine], platform: &Platform, wrong: &mut Vec<String>) {
        for line in lines {
            match line {
                TerraformLine::Like(other) if platform.terraform_type(other).is_none() => {
                    wrong.push(format!("like `{other}`, which is not declared"));
                }
                TerraformLine::Attribute(attribute) if attribute.path.is_empty() => {
                    wrong.push(format!("`{}` goes nowhere", attribute.name));
                }
                TerraformLine::Attribute(attribute) => inner(attribute, platform, wrong),
                _ => {}
            }
        }
    }
    fn inner(attribute: &TerraformAttribute, platform: &Platform, wrong: &mut Vec<String>) {
        lines(&attribute.inner, platform, wrong);
    }
    let platform = Platform::of(Edition::newest());
    let names = platform.names("terraform-type");
    let mut all = Vec::new();
    for name in &names {
        let mut wrong = Vec::new();
        let kind = platform.terraform_type(name).expect("it is declared");
        let is_resource = kind.arm.as_deref().is_some_and(|arm| arm.contains('/'));
        let is_shared = !name.starts_with("azurerm_") && !kind.lines.is_empty();
        if is_resource == (kind.left_out.is_some() || kind.is_aside) && !is_shared {
            wrong.push("it is a resource, or left out".to_string());
        }
        // A child needs a parent: only the type says how many names its id has.
        let depth = kind.arm.as_deref().map_or(1, |arm| arm.split('/').count() - 1);
        if (depth > 1) == kind.parent.is_empty() && kind.part_of.is_empty() {
            wrong.push(format!("its type has {depth} names, and its parent is {:?}", kind.parent));
        }
        lines(&kind.lines, &platform, &mut wrong);
        all.extend(wrong.into_iter().map(|wrong| format!("{name}: {wrong}")));
    }
    report(&all, names.len());
}
