//! `fix` proposes what opens the way: every proposal is put into the script and the question asked again, every part of
//! it is needed, and where there is none the reason is read by eye.
//!
//! The list of what is proposed is made by `FNET_UPDATE=1 cargo test --test fix`; read what it changes before you keep it.
#![cfg(feature = "cli")]

mod common;

use common::{Expectations, report, root, scripts, slashed};
use fnet::query::answer::{FixAnswer, VerdictWord};
use fnet::{Answer, Outcome, Session};

/// What is opened beside the flow though the answer says that nothing is: flows of other callers that get a `yes`.
fn untold(session: &mut Session, flow: &Flow, others: &[Flow], answer: &FixAnswer) -> Vec<String> {
    let mut troubles = Vec::new();
    for proposal in answer.proposals.iter().filter(|proposal| proposal.opens.is_empty() && !proposal.opens_in_part) {
        for other in others.iter().filter(|other| other.given == flow.given && other.source != flow.source) {
            let before = verdict(session, &other.after(&[]));
            let asked = other.after(&proposal.amend);
            if before == Ok(VerdictWord::No) && verdict(session, &asked) == Ok(VerdictWord::Yes) {
                troubles.push(format!("{asked}\n  is opened by a proposal of {}, untold", flow.fix()));
            }
        }
    }
    troubles
}

/// A question about a flow: what is changed first, the source, and the target with what follows it.
struct Flow {
    given: String,
    source: String,
    target: String,
}

impl Flow {
    /// The flow that a `can` question or a claim is about.
    fn of(text: &str) -> Option<Self> {
        let text = text.strip_prefix("assert ").unwrap_or(text);
        let text = text.split(" because ").next()?.trim_end_matches(" not");
        let (given, text) = match text.strip_prefix("given ") {
            Some(_) => text.rsplit_once("} ").map(|(given, text)| (format!("{given}}} "), text))?,
            None => (String::new(), text),
        };
        let (source, target) = match text.strip_prefix("can ") {
            Some(asked) => asked.split_once(" reach ")?,
            None => text.split_once(" can reach ").or(text.split_once(" cannot reach "))?,
        };
        let target = target.split(" is ").next()?;
        let plain = !source.contains(' ');
        plain.then(|| Self { given, source: source.to_string(), target: target.to_string() })
    }

    fn fix(&self) -> String {
        format!("{}fix {} -> {}", self.given, self.source, self.target)
    }

    /// The plain question after some more changes.
    fn after(&self, amend: &[String]) -> String {
        let before = self.given.strip_prefix("given {").and_then(|given| given.trim_end().strip_suffix('}'));
        let before = before.map(|given| vec![given.trim().to_string()]).unwrap_or_default();
        let all: Vec<String> = before.into_iter().chain(amend.iter().cloned()).collect();
        match all.is_empty() {
            true => format!("can {} reach {}", self.source, self.target),
            false => format!("given {{ {} }} can {} reach {}", all.join("\n"), self.source, self.target),
        }
    }
}

/// The flows that a script asks about or makes claims of.
fn flows(outcomes: &[Outcome]) -> Vec<Flow> {
    let mut texts: Vec<&str> = outcomes
        .iter()
        .filter_map(|outcome| match outcome {
            Outcome::Answer { question, .. } => Some(question.as_str()),
            Outcome::Holds { assertion, .. } | Outcome::Fails { assertion, .. } => Some(assertion.as_str()),
            _ => None,
        })
        .collect();
    texts.sort();
    texts.dedup();
    let mut all: Vec<Flow> = texts.into_iter().filter_map(Flow::of).collect();
    all.sort_by_key(Flow::fix);
    all.dedup_by_key(|flow| flow.fix());
    all
}

fn verdict(session: &mut Session, question: &str) -> Result<VerdictWord, String> {
    match session.ask(question) {
        Ok(answer) => answer.verdict().ok_or_else(|| "it has no verdict".to_string()),
        Err(errors) => Err(errors.to_string()),
    }
}

/// What stands in angle brackets.
fn angles(text: &str) -> impl Iterator<Item = &str> {
    text.split('<').skip(1).filter_map(|rest| rest.split('>').next())
}

/// The words that the templates themselves leave to the reader.
fn open_words() -> Vec<String> {
    let texts = fnet::platform::FILES.iter().filter(|(path, _)| path.ends_with("interfaces.fnet"));
    texts.flat_map(|(_, text)| angles(text)).map(String::from).collect()
}

/// Everything that is wrong with the proposals of an answer.
fn wrong(session: &mut Session, flow: &Flow, answer: &FixAnswer) -> Vec<String> {
    let mut troubles = Vec::new();
    for proposal in &answer.proposals {
        if proposal.interfaces.is_empty() {
            troubles.push(format!("{:?} is made in Azure by nothing", proposal.amend));
        }
        for told in proposal.interfaces.iter().flat_map(|interface| &interface.az) {
            let left: Vec<&str> = angles(told).filter(|word| !word.contains(' ')).collect();
            let unknown = left.iter().find(|word| !open_words().contains(&word.to_string()));
            if let Some(word) = unknown {
                troubles.push(format!("{told}\n  has nothing for {word}"));
            }
        }
        let wanted = if proposal.missing.is_empty() { VerdictWord::Yes } else { VerdictWord::Unknown };
        let asked = flow.after(&proposal.amend);
        match verdict(session, &asked) {
            Ok(found) if found == wanted => {}
            other => troubles.push(format!("{asked}\n  is not {}: {other:?}", wanted.word())),
        }
        for left_out in 0..proposal.amend.len() {
            let mut fewer = proposal.amend.clone();
            fewer.remove(left_out);
            let asked = flow.after(&fewer);
            // What cannot even be understood without it does not open the way.
            if verdict(session, &asked) == Ok(VerdictWord::Yes) {
                troubles.push(format!("{asked}\n  is yes without {}", proposal.amend[left_out]));
            }
        }
    }
    troubles
}

/// Goes through the scripts of a folder; `least` are the flows and proposals that there must be.
fn go_through(folder: &'static str, least: (usize, usize)) {
    let (mut troubles, mut asked, mut proposals) = (Vec::new(), 0, 0);
    // What has no proposal, and why: to be read by eye.
    let (mut told, mut none) = (String::new(), String::new());
    for path in scripts(folder) {
        let file = slashed(&path);
        let mut session = Session::new();
        let loaded = session.load_file(&root().join(&path)).unwrap_or_else(|errors| panic!("{file}: {errors}"));
        let all = flows(&loaded.outcomes);
        for flow in &all {
            let question = flow.fix();
            let answer = match session.ask(&question) {
                Ok(Answer::Fix(answer)) => answer,
                Ok(_) => panic!("{file}: {question} is another question"),
                Err(errors) => {
                    troubles.push(format!("{file}: {question}\n{errors}"));
                    continue;
                }
            };
            if answer.verdict == VerdictWord::Yes {
                assert!(answer.proposals.is_empty(), "{file}: {question}");
                continue;
            }
            asked += 1;
            proposals += answer.proposals.len();
            let untold = untold(&mut session, flow, &all, &answer);
            let wrong = wrong(&mut session, flow, &answer);
            troubles.extend(untold.into_iter().chain(wrong).map(|text| format!("{file}: {text}")));
            let sure = answer.proposals.iter().any(|proposal| proposal.missing.is_empty());
            if !sure {
                none.push_str(&format!("\n{file}: {question}\n"));
                let fixed = answer.fixed.iter().map(|fixed| format!("  {}: {}\n", fixed.rule, fixed.text));
                let missing = answer.missing.iter().chain(answer.proposals.iter().flat_map(|p| &p.missing));
                let missing = missing.map(|missing| format!("  not stated: {}\n", missing.fact));
                let why: Vec<String> = fixed.chain(missing).collect();
                if why.is_empty() {
                    troubles.push(format!("{file}: {question}\n  has no proposal, and no reason why"));
                }
                none.extend(why);
            }
            let text = fnet::render::answer(&Answer::Fix(answer)).to_text(&Default::default());
            told.push_str(&format!("\n{file}: {question}\n{text}"));
        }
    }
    assert!(asked >= least.0 && proposals >= least.1, "only {asked} flows and {proposals} proposals were tried");
    println!("{folder}: {proposals} proposals for {asked} flows");
    report(&troubles, proposals);
    let mut expected = Expectations::of(folder_of(folder), "fix");
    expected.compare("fix", &told);
    expected.compare("none", &none);
    expected.finish();
}

/// Where the answers of a folder are kept.
fn folder_of(folder: &str) -> &'static str {
    match folder {
        "examples" => "fix/examples",
        "examples/troubles" => "fix/troubles",
        _ => "fix/decisive",
    }
}

#[test]
fn proposals_for_the_examples() {
    go_through("examples", (20, 30));
}

#[test]
fn proposals_for_the_troubles() {
    go_through("examples/troubles", (10, 15));
}

#[test]
fn proposals_for_the_decisive() {
    go_through("tests/decisive", (25, 40));
}
