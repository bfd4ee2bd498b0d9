//! Answers that are tables, as comma-separated values: one line of names, then a line a row.

use crate::query::Answer;
use crate::query::answer::{EndWord, MatrixAnswer, ReachableAnswer};

/// An answer as comma-separated values; none where it is no table.
pub fn answer_csv(answer: &Answer) -> Option<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = match answer {
        Answer::Matrix(answer) => matrix(&mut writer, answer),
        Answer::Reachable(answer) => reachable(&mut writer, answer),
        _ => return None,
    };
    // What is written to memory cannot fail.
    written.ok()?;
    String::from_utf8(writer.into_inner().ok()?).ok()
}

fn matrix(writer: &mut csv::Writer<Vec<u8>>, answer: &MatrixAnswer) -> csv::Result<()> {
    writer.write_record(["source", "target", "ports", "verdict", "outcome", "decided_by", "headline"])?;
    for row in &answer.rows {
        for (target, cell) in answer.targets.iter().zip(answer.cells(row)) {
            let Some(cell) = cell else { continue };
            let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
            writer.write_record([
                &row.source,
                &target.name,
                &target.ports,
                cell.verdict.word(),
                &or_empty(&cell.outcome),
                &or_empty(&cell.decided_by),
                &or_empty(&cell.headline),
            ])?;
        }
    }
    Ok(())
}

/// A line for each set of flows: every prefix of its addresses in one field, apart by blanks.
fn reachable(writer: &mut csv::Writer<Vec<u8>>, answer: &ReachableAnswer) -> csv::Result<()> {
    let end = match answer.asked_for {
        EndWord::Destination => "destination",
        EndWord::Source => "source",
    };
    writer.write_record([end, "addresses", "protocols", "source_ports", "ports", "verdict", "rules", "hosts"])?;
    let known = answer.groups.iter().map(|group| (group, "yes"));
    for (group, verdict) in known.chain(answer.unknown.iter().map(|group| (group, "unknown"))) {
        let rules: Vec<&str> = group.by.iter().map(|by| by.rule.as_str()).collect();
        for flows in &group.flows {
            for over in &flows.over {
                let source_ports = over.source_ports.as_deref().unwrap_or("*");
                let (addresses, rules, hosts) = (flows.addresses.join(" "), rules.join(" "), flows.hosts.join(" "));
                writer.write_record([
                    &flows.end,
                    &addresses,
                    &over.protocols,
                    source_ports,
                    &over.ports,
                    verdict,
                    &rules,
                    &hosts,
                ])?;
            }
        }
    }
    Ok(())
}
