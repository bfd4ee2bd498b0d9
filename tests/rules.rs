//! Every rule of the platform that decides is shown deciding: once in a scenario of `tests/rules`, and once not, in a near
//! miss.
//!
//! A scenario names the rule: `because RULE` and `not because RULE` behind an assertion, `lint finds RULE` and `lint finds no
//! RULE`, or a diagnostic of the rule that a line expects. That the assertions hold is checked first, so a name counts.
//! The test prints the count by class and edition, and fails where a rule is not shown.
#![cfg(feature = "cli")]

mod common;

use common::{hold, marks, root, scripts, slashed};
use fnet::platform::{Edition, Platform, RuleClass};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn scenarios_hold() {
    hold("tests/rules");
}

/// The rules that a script shows deciding, and those that it shows not deciding.
#[derive(Default)]
struct Shown {
    hits: BTreeSet<(Edition, String)>,
    misses: BTreeSet<(Edition, String)>,
}

/// The words that follow a phrase, each time that it stands in a line.
fn after<'t>(line: &'t str, phrase: &str) -> Vec<(&'t str, &'t str)> {
    let found = line.match_indices(phrase).filter_map(|(at, _)| {
        let word = line[at + phrase.len()..].split_whitespace().next()?;
        Some((&line[..at], word))
    });
    found.collect()
}

impl Shown {
    fn read(&mut self, edition: Edition, text: &str) {
        for line in text.lines() {
            // No rule and no name of these scripts has a `#` in it.
            let line = line.split('#').next().unwrap_or("");
            if !line.contains("assert ") {
                continue;
            }
            for (before, rule) in after(line, "because ") {
                let set = if before.ends_with("not ") { &mut self.misses } else { &mut self.hits };
                set.insert((edition, rule.to_string()));
            }
            for (_, rule) in after(line, "lint finds ").into_iter().filter(|(_, rule)| *rule != "no") {
                self.hits.insert((edition, rule.to_string()));
            }
            for (_, rule) in after(line, "lint finds no ") {
                self.misses.insert((edition, rule.to_string()));
            }
        }
    }
}

/// The edition that a script names.
fn edition_of(text: &str) -> Edition {
    let named = text.lines().find_map(|line| line.strip_prefix("edition "));
    named.and_then(|word| Edition::named(word.trim())).unwrap_or(Edition::first())
}

#[test]
fn every_rule_decides_somewhere() {
    let mut shown = Shown::default();
    let all = scripts("tests/rules");
    for path in &all {
        let text = std::fs::read_to_string(root().join(path)).expect("a script");
        let edition = edition_of(&text);
        shown.read(edition, &text);
        // The lines that expect a diagnostic: `differing` holds them to those that there are.
        let expected: BTreeSet<usize> = marks(&text).iter().map(|mark| mark.line).collect();
        let mut session = fnet::Session::new();
        let diagnostics = match session.load_file(path) {
            Ok(report) => report.diagnostics,
            Err(errors) => errors.diagnostics,
        };
        if !expected.is_empty() {
            shown.hits.extend(diagnostics.into_iter().filter_map(|d| Some((edition, d.rule?.to_string()))));
        }
        assert!(!text.trim().is_empty(), "{} is empty", slashed(path));
    }

    // A rule of both editions is one rule; one that an edition words anew is another.
    let editions: Vec<Edition> = Edition::all().collect();
    let platforms: Vec<Platform> = editions.iter().map(|edition| Platform::of(*edition)).collect();
    let mut rules: BTreeMap<(RuleClass, String, String), Vec<Edition>> = BTreeMap::new();
    for (edition, platform) in editions.iter().zip(&platforms) {
        for id in platform.rule_ids() {
            let rule = platform.rule(id).expect("a rule");
            if rule.class == RuleClass::Information {
                continue;
            }
            let text = rule.text.clone() + &rule.title;
            rules.entry((rule.class, id.to_string(), text)).or_default().push(*edition);
        }
    }

    let mut missing = Vec::new();
    let mut counts: BTreeMap<(RuleClass, String), (usize, usize)> = BTreeMap::new();
    for ((class, id, _), of) in &rules {
        let named = |set: &BTreeSet<(Edition, String)>| of.iter().any(|edition| set.contains(&(*edition, id.clone())));
        let (hit, miss) = (named(&shown.hits), named(&shown.misses));
        let names: Vec<&str> = of.iter().map(|edition| edition.name()).collect();
        let of = if of.len() == editions.len() { "both".to_string() } else { names.join(", ") };
        let count = counts.entry((*class, of.clone())).or_default();
        count.1 += 1;
        if hit && miss {
            count.0 += 1;
            continue;
        }
        let lacks = match (hit, miss) {
            (false, false) => "neither decides nor nearly does",
            (false, true) => "does not decide",
            _ => "has no near miss",
        };
        missing.push(format!("{id} ({of}): {lacks}"));
    }
    for ((class, of), (shown, all)) in &counts {
        println!("class {class:?}, edition {of}: {shown} of {all}");
    }
    let (shown, all) = counts.values().fold((0, 0), |sum, (shown, all)| (sum.0 + shown, sum.1 + all));
    println!("{shown} of {all} rules decide in a scenario and do not in a near miss");

    common::report(&missing, all);
}

/// Where a network's region is not stated, what a service endpoint of it covers is taken for granted, and told.
#[test]
fn an_unstated_region_is_assumed() {
    let script = |region: &str| {
        format!(
            "edition 2026
            vnet net 10.1.0.0/16 {{
              {region}
              subnet work 10.1.1.0/26 {{ delegation Microsoft.Web/serverFarms; service-endpoint Microsoft.Sql }}
            }}
            plan p {{ tier PremiumV3 }}
            app a on p {{ integrate net.work }}
            service db {{ type sql; region westeurope; firewall {{ allow net.work }} }}"
        )
    };
    let told = |region: &str| {
        let mut session = fnet::Session::new();
        assert!(session.load(&script(region)).is_ok());
        session.ask("can a reach db").map(|answer| answer.to_string()).unwrap_or_else(|errors| errors.to_string())
    };
    let assumed = "assumed: net is in the region of the public address of db";
    assert!(told("").starts_with("yes") && told("").contains(assumed), "{}", told(""));
    assert!(told("region westeurope").starts_with("yes") && !told("region westeurope").contains(assumed));
    assert!(told("region northeurope").starts_with("no"), "{}", told("region northeurope"));
}
