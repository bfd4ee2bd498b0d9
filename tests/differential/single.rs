//! `can` of single flows.

use crate::asked::{can, differ, has, loaded};
use crate::differences::{Compared, Difference, compare, flows};
use crate::oracle::evaluate::decide;
use crate::oracle::plain::{Model, Question};
use crate::oracle::random::{Dice, question};
use crate::oracle::text;
use fnet::Session;

/// Questions to a network.
const QUESTIONS: usize = 60;

#[test]
fn the_engine_agrees_with_the_oracle() {
    compare(flows().div_ceil(QUESTIONS), network);
}

fn network(network: &Model, dice: &mut Dice, mut session: Session) -> Compared {
    let mut count = 0;
    while count < QUESTIONS {
        let question = question(network, dice);
        let Some(ours) = decide(network, &question) else { continue };
        count += 1;
        if differ(&mut session, network, &question, ours) {
            let kind = format!("{:?} {:?}", ours.verdict, ours.reason);
            return (count, Some(Difference { kind, shows: Box::new(move |less| shows(less, &question)) }));
        }
    }
    (count, None)
}

fn shows(model: &Model, question: &Question) -> Option<String> {
    if !has(model, question) {
        return None;
    }
    let mut session = loaded(&text::script(model)).ok()?;
    let line = text::question(model, question);
    can(&mut session, &line).ok()?;
    if !differ(&mut session, model, question, decide(model, question)?) {
        return None;
    }
    let theirs = session.ask(&line).map_or_else(|errors| errors.to_string(), |answer| answer.to_string());
    Some(format!("{line}\noracle: {:?}\nengine: {theirs}", decide(model, question)))
}
