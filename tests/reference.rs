//! The pages of the reference that are made of what fnet knows: every rule of the platform, and every code of a diagnostic.
//! `FNET_UPDATE=1 cargo test --test reference` makes them.

mod common;

use common::{files, root, slashed, updating};
use fnet::diagnostic::CODES;
use fnet::platform::{Edition, Platform, Rule, RuleClass};
use std::collections::BTreeMap;
use std::fmt::Write;

const COMMAND: &str = "FNET_UPDATE=1 cargo test --test reference";

#[track_caller]
fn hold(page: &str, text: &str) {
    let path = root().join(page);
    if updating() {
        std::fs::write(&path, text).expect("a page");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(kept == text, "{page} is not what fnet knows; `{COMMAND}` makes it");
}

/// Words of the stdlib in Markdown, where they mean nothing but themselves.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if matches!(c, '*' | '_' | '<' | '>' | '[' | ']' | '|' | '\\' | '`') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Every rule, as the newest edition that has it says it, and the editions that have it.
fn rules() -> BTreeMap<String, (Rule, Platform, Vec<&'static str>)> {
    let mut all: BTreeMap<String, (Rule, Platform, Vec<&'static str>)> = BTreeMap::new();
    for edition in Edition::all() {
        let platform = Platform::of(edition);
        for id in platform.rule_ids() {
            let rule = platform.rule(id).expect("it is declared");
            let before = all.remove(id).map(|(_, _, editions)| editions).unwrap_or_default();
            let editions = before.into_iter().chain([edition.name()]).collect();
            all.insert(id.to_string(), (rule, platform.clone(), editions));
        }
    }
    all
}

/// Where a rule decides: the script and the assertion.
fn shown() -> BTreeMap<String, (String, String)> {
    let mut all = BTreeMap::new();
    for path in files("tests/rules", ".fnet") {
        let text = std::fs::read_to_string(root().join(&path)).expect("a script");
        for line in text.lines().map(|line| line.split('#').next().unwrap_or("").trim()) {
            let rule = line
                .split_once(" because ")
                .filter(|(before, _)| !before.ends_with(" not"))
                .or_else(|| line.split_once("lint finds "))
                .and_then(|(_, after)| after.split_whitespace().next())
                .filter(|rule| *rule != "no");
            if let (Some(rule), true) = (rule, line.starts_with("assert ")) {
                all.entry(rule.to_string()).or_insert((slashed(&path), line.to_string()));
            }
        }
    }
    all
}

#[test]
fn the_page_of_rules_is_what_the_stdlib_declares() {
    let shown = shown();
    let all = rules();
    let mut page = format!(
        "<!-- Made by `{COMMAND}`. -->\n\n# The rules\n\nEvery rule of the platform that fnet knows: {} of them, family by family. A rule \
         of class *engine* decides flows,\none of class *check* is held against what is declared, one of class *information* is \
         told where it helps. `fnet explain RULE`\nsays the same at the prompt.\n",
        all.len()
    );
    let mut family = "";
    for (id, (rule, platform, editions)) in &all {
        let of = id.split('.').next().unwrap_or(id);
        if of != family {
            let _ = write!(page, "\n## {of}\n");
            family = of;
        }
        let _ = write!(page, "\n### {id}\n\n**{}.** {}\n\n", escape(&rule.title), escape(&rule.text));
        let class = match rule.class {
            RuleClass::Engine => "engine",
            RuleClass::Check => "check",
            RuleClass::Information => "information",
        };
        let code = rule.code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
        let _ = writeln!(page, "* class {class}{code}; edition {}", editions.join(", "));
        if let Some(remedy) = &rule.remedy {
            let _ = writeln!(page, "* to change it: {}", escape(remedy));
        }
        for source in &rule.sources {
            let (key, heading) = source.split_once(',').unwrap_or((source, ""));
            let document = platform.document(key.trim());
            let named = document.map_or(key.to_string(), |document| document.title.clone());
            let heading = if heading.is_empty() { String::new() } else { format!(", {}", heading.trim()) };
            let _ = writeln!(page, "* source: {}", escape(&format!("{named}{heading}")));
        }
        for point in &rule.open_points {
            let _ = writeln!(page, "* open point {}", escape(point));
        }
        if let Some((script, line)) = shown.get(id) {
            let _ = writeln!(page, "* decides in `{script}`: `{line}`");
        }
    }
    let told = all.keys().filter(|id| shown.contains_key(*id)).count();
    assert!(all.len() > 300 && told > 200, "{} rules, {told} of them with a script", all.len());
    hold("docs/rules.md", &page);
}

#[test]
fn the_page_of_diagnostics_has_every_code() {
    let mut page = format!(
        "<!-- Made by `{COMMAND}`. -->\n\n# Diagnostics\n\nWhat can be wrong with a script. `fnet explain CODE` says the same at the \
         prompt.\n\n## Of the language\n"
    );
    for code in CODES {
        let _ = write!(page, "\n### {}\n\n**{}.** {}\n", code.code, escape(code.title), code.text.trim());
        if !code.example.is_empty() {
            let _ = write!(page, "\n```text\n{}\n```\n", code.example.trim_end());
        }
    }
    page.push_str("\n## Of the platform\n\nEach belongs to a rule, which says more.\n\n| code | rule | what it says |\n| --- | --- | --- |\n");
    let mut codes: Vec<(String, String, String)> =
        rules().into_iter().filter_map(|(id, (rule, _, _))| Some((rule.code.clone()?, id, rule.title))).collect();
    codes.sort();
    assert!(codes.len() > 50, "{} codes of the platform", codes.len());
    for (code, id, title) in codes {
        let anchor = id.replace('.', "");
        let _ = writeln!(page, "| {code} | [{id}](rules.md#{anchor}) | {} |", escape(&title));
    }
    hold("docs/diagnostics.md", &page);
}
