//! `matrix`: each cell is what the oracle says of its app and its thing, on all ports of the thing together.

use crate::asked::{port_ranges, session, verdict};
use crate::differences::{Compared, Difference, compare, flows};
use crate::oracle::evaluate::decide;
use crate::oracle::plain::{Model, Over, Ports, Question, Rule, Source, Target};
use crate::oracle::random::Dice;
use crate::oracle::worlds::{Answer, Verdict};
use fnet::Session;
use fnet::query::answer::MatrixAnswer;

/// Cells of a network that are looked at. Each is worth some flows: one for each of the ports that lines tell apart.
const CELLS: usize = 12;

#[test]
fn a_cell_of_the_matrix_is_what_its_flows_are() {
    compare(flows().div_ceil(40 * CELLS), network);
}

fn asked(session: &mut Session) -> Result<MatrixAnswer, String> {
    match session.ask("matrix").map_err(|errors| errors.to_string())? {
        fnet::Answer::Matrix(matrix) => Ok(matrix),
        _ => Err("matrix has another answer".into()),
    }
}

fn network(network: &Model, dice: &mut Dice, mut session: Session) -> Compared {
    let matrix = match asked(&mut session) {
        Ok(matrix) => matrix,
        Err(error) => {
            let shows = |less: &Model| asked(&mut self::session(less)?).err();
            return (0, Some(Difference { kind: error, shows: Box::new(shows) }));
        }
    };
    let mut count = 0;
    for _ in 0..CELLS {
        let (row, column) = (dice.below(matrix.rows.len()), dice.below(matrix.targets.len()));
        let Some((says, asked)) = differs(network, &matrix, row, column) else { continue };
        count += asked;
        if let Some(says) = says {
            let (app, thing) = (matrix.rows[row].source.clone(), matrix.targets[column].name.clone());
            return (count, Some(Difference { kind: says, shows: Box::new(move |less| shows(less, &app, &thing)) }));
        }
    }
    (count, None)
}

fn shows(model: &Model, app: &str, thing: &str) -> Option<String> {
    let matrix = asked(&mut session(model)?).ok()?;
    let row = matrix.rows.iter().position(|row| row.source == app)?;
    let column = matrix.targets.iter().position(|target| target.name == thing)?;
    let says = differs(model, &matrix, row, column)?.0?;
    Some(format!("matrix, {app} to {thing}: {says}"))
}

/// What both sides say of a cell, where they differ, and how many flows the oracle was asked about.
fn differs(model: &Model, matrix: &MatrixAnswer, row: usize, column: usize) -> Option<(Option<String>, usize)> {
    let target = &matrix.targets[column];
    let cell = matrix.cell(row, column)?;
    let name = target.name.clone();
    let to = match target.of_kind.as_str() {
        "service" => Target::Service(name),
        "app" => Target::App(name),
        _ => Target::Host(name),
    };
    let own = if target.ports.is_empty() { vec![(0, u16::MAX)] } else { port_ranges(&target.ports) };
    let source = Source::App(matrix.rows[row].source.clone());
    let ports = told_apart(model, &own);
    let one = |port: &u16| decide(model, &Question::of(source.clone(), to.clone(), *port, Over::Answer));
    let answers: Vec<Answer> = ports.iter().map(one).collect::<Option<_>>()?;
    let (ours, theirs) = (together(&answers), verdict(cell.verdict));
    let cautious = theirs == Verdict::Unknown && answers.iter().any(|answer| answer.guessed);
    let says = (ours != theirs && !cautious)
        .then(|| format!("oracle {ours:?}, engine {theirs:?}: {}", cell.headline.clone().unwrap_or_default()));
    Some((says, ports.len()))
}

/// One port of each of the ranges of these ports that some line of the network tells from the next.
fn told_apart(model: &Model, own: &Ports) -> Vec<u16> {
    let groups = model.nsgs.iter().map(|one| &one.rules).chain(model.admin.iter().map(|one| &one.rules));
    let filters = model.appliances.iter().map(|one| &one.filter);
    let filters = filters.chain(model.hosts.iter().filter_map(|one| one.filter.as_ref()));
    let filters = filters.chain(model.sites.iter().filter_map(|one| one.filter.as_ref()));
    let rules: Vec<&Rule> = groups.chain(filters.map(|one| &one.rules)).flatten().collect();
    let mut ranges: Ports = rules.iter().flat_map(|rule| rule.to_ports.clone()).collect();
    ranges.extend(own);
    for host in &model.hosts {
        ranges.extend(host.listen.iter().flatten().map(|(_, low, high)| (*low, *high)));
    }
    let mut firsts: Vec<u16> =
        ranges.iter().flat_map(|(low, high)| [Some(*low), high.checked_add(1)]).flatten().collect();
    // The ports that the platform itself treats in a way of their own.
    firsts.extend([25, 26]);
    firsts.sort_unstable();
    firsts.dedup();
    firsts.retain(|port| own.iter().any(|(low, high)| low <= port && port <= high));
    firsts
}

/// The verdict on several flows together.
fn together(answers: &[Answer]) -> Verdict {
    let any = |verdicts: &[Verdict]| answers.iter().any(|answer| verdicts.contains(&answer.verdict));
    match (any(&[Verdict::Yes, Verdict::Partly]), any(&[Verdict::No, Verdict::Partly]), any(&[Verdict::Unknown])) {
        (true, true, _) => Verdict::Partly,
        (_, _, true) => Verdict::Unknown,
        (true, ..) => Verdict::Yes,
        _ => Verdict::No,
    }
}
