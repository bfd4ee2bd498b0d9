//! What an answer says to change does open the way: every remedy that is whole fnet is put into the script, and the
//! question is asked again.

mod common;

use common::{report, root, scripts, slashed};
use fnet::{Answer, Outcome, Session};

/// The `can` questions that a script asks or makes claims of, as they stand.
fn questions(outcomes: &[Outcome]) -> Vec<String> {
    let claimed = |text: &str| {
        let claim = text.strip_prefix("assert ")?;
        let claim = claim.split(" because ").next()?;
        let (who, whom) = claim.split_once(" can reach ").or(claim.split_once(" cannot reach "))?;
        (!who.contains(' ')).then(|| format!("can {who} reach {whom}"))
    };
    let mut all: Vec<String> = outcomes
        .iter()
        .filter_map(|outcome| match outcome {
            Outcome::Answer { question, .. } => question.starts_with("can ").then(|| question.clone()),
            Outcome::Holds { assertion, .. } | Outcome::Fails { assertion, .. } => claimed(assertion),
            _ => None,
        })
        .collect();
    all.sort();
    all.dedup();
    all
}

/// Is it fnet with nothing left to fill in?
fn is_whole(remedy: &str) -> bool {
    let kinds = ["amend ", "peering ", "private-dns-zone ", "private-endpoint "];
    let blank = |word: &str| word.len() > 3 && word.chars().all(|c| c.is_ascii_uppercase());
    kinds.iter().any(|kind| remedy.starts_with(kind)) && !remedy.split(|c: char| !c.is_alphanumeric()).any(blank)
}

#[test]
fn remedies_open_the_way() {
    let (mut troubles, mut tried) = (Vec::new(), 0);
    for path in ["examples", "tests/azure", "tests/decisive"].iter().flat_map(|folder| scripts(folder)) {
        let file = slashed(&path);
        let mut session = Session::new();
        let Ok(loaded) = session.load_file(&root().join(&path)) else { continue };
        for question in questions(&loaded.outcomes) {
            let Ok(Answer::Reach(answer)) = session.ask(&question) else { continue };
            for part in answer.parts.iter().filter(|part| !part.remedies.is_empty()) {
                if !part.remedies.iter().all(|remedy| is_whole(remedy)) {
                    continue;
                }
                tried += 1;
                let changed = format!("given {{ {} }} {question}", part.remedies.join("; "));
                match session.ask(&changed) {
                    Ok(Answer::Reach(again)) => {
                        let still = again.parts.iter().filter(|other| other.destination == part.destination);
                        let worst = { still }.find(|other| other.outcome.is_some());
                        if let Some(worst) = worst {
                            troubles.push(format!("{file}: {changed}\n  is still no: {:?}", worst.decided_by));
                        }
                    }
                    Ok(_) => troubles.push(format!("{file}: {changed}\n  is another question")),
                    Err(errors) => troubles.push(format!("{file}: {changed}\n{errors}")),
                }
            }
        }
    }
    assert!(tried > 20, "only {tried} remedies were tried");
    println!("{tried} remedies were tried");
    report(&troubles, tried);
}

/// The `can … start`, `fire` and `scale` questions that a script asks or makes claims of.
fn runs(outcomes: &[Outcome]) -> Vec<String> {
    let verbs = [" start", " fire", " scale"];
    let asked = |text: &str| {
        let text = text.strip_prefix("assert ").unwrap_or(text);
        let text = text.split(" because ").next()?.trim_end_matches(" not").split(" is ").next()?.trim();
        let text = text.replace(" cannot ", " can ");
        let words: Vec<&str> = text.split_whitespace().collect();
        let plain = match words.as_slice() {
            ["can", _, _] => text.clone(),
            [who, "can", verb] => format!("can {who} {verb}"),
            _ if text.starts_with("given ") => text.clone(),
            _ => return None,
        };
        verbs.iter().any(|verb| plain.ends_with(verb)).then_some(plain)
    };
    let texts = outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Answer { question, .. } => asked(question),
        Outcome::Holds { assertion, .. } | Outcome::Fails { assertion, .. } => asked(assertion),
        _ => None,
    });
    let mut all: Vec<String> = texts.collect();
    all.sort();
    all.dedup();
    all
}

#[test]
fn remedies_make_apps_run() {
    let (mut troubles, mut tried) = (Vec::new(), 0);
    for path in ["examples", "tests/rules"].iter().flat_map(|folder| scripts(folder)) {
        let file = slashed(&path);
        let mut session = Session::new();
        let Ok(loaded) = session.load_file(&root().join(&path)) else { continue };
        for question in runs(&loaded.outcomes) {
            let Ok(Answer::Running(answer)) = session.ask(&question) else { continue };
            let unmet = answer.needs.iter().find(|need| need.decisive && need.outcome.is_some());
            let Some(need) =
                unmet.filter(|need| !need.remedies.is_empty() && need.remedies.iter().all(|r| is_whole(r)))
            else {
                continue;
            };
            tried += 1;
            let (given, asked) = match question.strip_prefix("given {") {
                Some(rest) => rest.rsplit_once('}').expect("a body"),
                None => ("", question.as_str()),
            };
            let changed = format!("given {{ {given}; {} }} {asked}", need.remedies.join("; "));
            match session.ask(changed.replace("{ ;", "{").trim()) {
                Ok(Answer::Running(again)) => {
                    let same = again.needs.iter().find(|other| other.what == need.what && other.outcome.is_some());
                    if let Some(same) = same {
                        troubles.push(format!("{file}: {changed}\n  is still no: {:?}", same.decided_by));
                    }
                }
                Ok(_) => troubles.push(format!("{file}: {changed}\n  is another question")),
                Err(errors) => troubles.push(format!("{file}: {changed}\n{errors}")),
            }
        }
    }
    assert!(tried > 5, "only {tried} remedies were tried");
    println!("{tried} remedies were tried");
    report(&troubles, tried);
}

/// An app gets into a network by a plan that can integrate, and a subnet that no other plan uses.
#[test]
fn integration_is_advised_where_azure_takes_it() {
    let script = |subnet: &str, tier: &str| {
        format!(
            "vnet hub 10.2.0.0/16 {{
               subnet data 10.2.0.0/24
               subnet taken 10.2.1.0/24 {{ delegation Microsoft.Web/serverFarms }}
               {subnet}
             }}
             plan other {{ tier Premium }}
             app first on other {{ integrate hub.taken }}
             plan mine {{ tier {tier} }}
             app app1 on mine"
        )
    };
    let free = "subnet free 10.2.2.0/24 { delegation Microsoft.Web/serverFarms }";
    let own = "integrate app1 with a subnet of hub of its own, delegated to Microsoft.Web/serverFarms";
    let plan = "put app1 on a plan with virtual network integration (Consumption has none), and integrate it with hub";
    for (subnet, tier, wanted) in
        [(free, "Premium", "amend app app1 { integrate hub.free }"), ("", "Premium", own), (free, "Consumption", plan)]
    {
        let mut session = Session::new();
        session.load(&script(subnet, tier)).unwrap_or_else(|errors| panic!("{errors}"));
        let Ok(Answer::Reach(answer)) = session.ask("can app1 reach 10.2.0.4:1433") else { panic!("no answer") };
        assert_eq!(answer.parts[0].remedies, [wanted]);
    }
}

/// A private endpoint without its zone is called by its public name: the zone that is missing, with its record.
#[test]
fn the_missing_zone_is_given_whole() {
    let mut session = Session::new();
    let script = "edition 2026
        vnet hub 10.2.0.0/16 {
          subnet ends 10.2.0.0/24
          subnet apps 10.2.1.0/24 { delegation Microsoft.Web/serverFarms }
        }
        service kv { type key-vault; public-access off }
        private-endpoint kv-pe in hub.ends { target kv; address 10.2.0.5 }
        plan mine { tier Premium }
        app app1 on mine { integrate hub.apps }";
    session.load(script).unwrap_or_else(|errors| panic!("{errors}"));
    let Ok(Answer::Reach(answer)) = session.ask("can app1 reach kv:443") else { panic!("no answer") };
    let zone = "private-dns-zone privatelink.vaultcore.azure.net { link hub; record kv A 10.2.0.5 }";
    assert!(answer.parts[0].outcome.is_some());
    assert_eq!(answer.parts[0].remedies[0], zone);
    let again = session.ask(&format!("given {{ {zone} }} can app1 reach kv:443"));
    assert!(again.is_ok_and(|answer| answer.is_yes()));
}
