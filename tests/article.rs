//! `docs/article.md` holds what it says: every statement of the article has rules that the first edition declares, and a
//! script that shows one of them.

mod common;

use common::{report, root};
use fnet::platform::{Edition, Platform, RuleClass};

/// The cells of the rows that begin with a number.
fn rows(text: &str) -> Vec<Vec<String>> {
    let numbered = text
        .lines()
        .filter(|line| line.strip_prefix("| ").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())));
    numbered.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_string()).collect()).collect()
}

/// What stands between backticks.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(String::from).collect()
}

#[test]
fn every_statement_is_carried_and_shown() {
    let text = std::fs::read_to_string(root().join("docs/article.md")).expect("the page");
    let platform = Platform::of(Edition::first());
    let all = rows(&text);
    let mut wrong = Vec::new();
    for (at, row) in all.iter().enumerate() {
        let [number, statement, rules, shown] = row.as_slice() else {
            wrong.push(format!("not four cells: {row:?}"));
            continue;
        };
        let mut must = |holds: bool, what: &str| {
            if !holds {
                wrong.push(format!("row {number}, {statement}: {what}"));
            }
        };
        must(*number == (at + 1).to_string(), "not in order");
        let rules = quoted(rules);
        must(!rules.is_empty(), "no rule");
        for rule in &rules {
            must(platform.declares(rule), &format!("edition {} declares no `{rule}`", platform.edition()));
        }
        let link = shown.split_once("](../").and_then(|(_, rest)| rest.strip_suffix(')'));
        match link {
            Some(path) => {
                let script = std::fs::read_to_string(root().join(path)).unwrap_or_default();
                let code = |id: &String| platform.rule(id).and_then(|rule| rule.code);
                let named = |id: &String| {
                    script.contains(&format!("because {id}"))
                        || script.contains(&format!("lint finds {id}"))
                        || code(id).is_some_and(|code| script.contains(&format!("[{code}]")))
                };
                must(rules.iter().any(named), &format!("{path} shows none of its rules"));
            }
            None => {
                let told = quoted(shown).first().and_then(|words| words.strip_prefix("explain ").map(String::from));
                let informs = |id: &String| platform.rule(id).is_some_and(|rule| rule.class == RuleClass::Information);
                must(told.as_ref().is_some_and(|id| rules.contains(id) && informs(id)), "nothing shows it");
            }
        }
    }
    println!("{} statements of the article are carried and shown", all.len());
    assert!(all.len() > 200, "the page is read");
    report(&wrong, all.len());
}
