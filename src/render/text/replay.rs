//! The answer to `fnet replay` as text: what differs, the line that makes the difference and the flows that it concerns,
//! then what could not be compared or read.

use super::short_place;
use crate::query::answer::{DifferenceAnswer, FlowsAnswer, ReplayAnswer, RulingWord};
use crate::render::markup::{Markup, Tag};
use crate::render::table::columns;

/// How many lines of each kind are told, and how many flows of a line.
const LINES: usize = 8;
const FLOWS: usize = 6;

pub(super) fn replay(answer: &ReplayAnswer, mut out: Markup) -> Markup {
    headline(&mut out, answer);
    let span = match (&answer.first, &answer.last) {
        (Some(first), Some(last)) => format!(", {}", span(first, last)),
        _ => String::new(),
    };
    out.push(Tag::Dim, format!("{} of {}{span}", count(answer.records, "record"), answer.logs.join(", "))).line();
    let kinds = [
        (RulingWord::Denied, RulingWord::Allowed, "recorded allowed, the model denies", Tag::Bad),
        (RulingWord::Allowed, RulingWord::Denied, "recorded denied, the model allows", Tag::Bad),
        (
            RulingWord::Unknown,
            RulingWord::Allowed,
            "recorded allowed, the model does not state what decides",
            Tag::Doubt,
        ),
        (RulingWord::Unknown, RulingWord::Denied, "recorded denied, the model does not state what decides", Tag::Doubt),
    ];
    for (model, recorded, title, tag) in kinds {
        let of = |one: &&DifferenceAnswer| one.model == model && one.recorded == recorded;
        let mine: Vec<&DifferenceAnswer> = answer.differences.iter().filter(of).collect();
        if mine.is_empty() {
            continue;
        }
        out.line().push(tag, title).line();
        mine.iter().take(LINES).for_each(|one| line(&mut out, one));
        let rest = mine.get(LINES..).unwrap_or_default();
        if !rest.is_empty() {
            let records = rest.iter().map(|one| one.records).sum();
            let lines = count(rest.len() as u64, "more line");
            out.plain(format!("  and {lines}, {}", count(records, "record"))).line();
        }
    }
    if !answer.not_compared.is_empty() {
        out.line().push(Tag::Strong, "not compared").line();
        for one in &answer.not_compared {
            let example = one.example.as_ref().map(|address| format!(", such as {address}")).unwrap_or_default();
            out.plain(format!("  {}: {}{example}", count(one.records, "record"), one.why)).line();
        }
    }
    if answer.unreadable > 0 {
        out.line().push(Tag::Doubt, format!("{} could not be read", count(answer.unreadable, "record"))).line();
        for one in &answer.malformed {
            let column = one.column.map(|column| format!(":{column}")).unwrap_or_default();
            out.plain("  ")
                .push(Tag::Dim, format!("{}:{}{column}", one.log, one.line))
                .plain(format!("  {}", one.what))
                .line();
        }
        let told = answer.malformed.len() as u64;
        if answer.unreadable > told {
            out.plain(format!("  and {} more", number(answer.unreadable - told))).line();
        }
    }
    out
}

fn headline(out: &mut Markup, answer: &ReplayAnswer) {
    let compared = answer.compared();
    let (differing, unknown) = (answer.differing(), answer.unknown);
    match () {
        () if answer.records == 0 => out.push(Tag::Doubt, "no record of a flow was found"),
        () if compared == 0 => out.push(Tag::Doubt, "no record could be compared with the model"),
        () if differing > 0 => {
            let of = format!("the model decides {} of {} otherwise", number(differing), count(compared, "record"));
            out.push(Tag::Bad, of)
        }
        () if unknown == 0 && compared == 1 => out.push(Tag::Good, "the model decides the record as it was decided"),
        () if unknown == 0 => {
            out.push(Tag::Good, format!("the model decides all {} as they were decided", count(compared, "record")))
        }
        () => out.push(Tag::Doubt, "the model decides no record otherwise"),
    };
    if unknown > 0 {
        out.push(Tag::Doubt, format!(", and does not state what decides {} of {}", number(unknown), number(compared)));
    }
    out.line();
}

/// A line that decides, and the flows that it concerns.
fn line(out: &mut Markup, one: &DifferenceAnswer) {
    out.plain("  ");
    match &one.line {
        Some(line) => out.plain(format!("{} {} ", one.list, one.direction.word())).push(Tag::Strong, line),
        None => out.plain(format!("{} {}", one.direction.word(), one.list)),
    };
    if let Some(place) = &one.place {
        out.plain("  ").push(Tag::Dim, short_place(place));
    }
    out.line();
    let by = match one.recorded_by.as_slice() {
        [] => String::new(),
        names => format!("; in the log by {}", names.join(", ")),
    };
    out.push(Tag::Dim, format!("    {}{by}", sum(one.records, one.bytes, one.first.as_ref(), one.last.as_ref())))
        .line();
    for fact in &one.facts {
        out.plain("    ").push(Tag::Doubt, format!("not stated: {fact}")).line();
    }
    let told = &one.flows[..one.flows.len().min(FLOWS)];
    let rows: Vec<Vec<String>> = told.iter().map(row).collect();
    for line in columns(&rows) {
        out.plain(format!("    {line}")).line();
    }
    let untold = &one.flows[told.len()..];
    let records = untold.iter().map(|flows| flows.records).sum::<u64>() + one.more;
    if records > 0 {
        let what = if one.more > 0 { "others".to_string() } else { format!("{} others", untold.len()) };
        let what = if what == "1 others" { "another one".to_string() } else { what };
        out.push(Tag::Dim, format!("    and {what}, {}", count(records, "record"))).line();
    }
}

fn row(flows: &FlowsAnswer) -> Vec<String> {
    let named = |address: &String, name: &Option<String>| match name {
        Some(name) => format!("{address} ({name})"),
        None => address.clone(),
    };
    let port = match flows.port {
        Some(port) if flows.destination.contains(':') => format!("[{}]:{port}", flows.destination),
        Some(port) => format!("{}:{port}", flows.destination),
        None => flows.destination.clone(),
    };
    vec![
        named(&flows.source, &flows.source_name),
        format!("-> {}", named(&port, &flows.destination_name)),
        flows.protocol.clone(),
        count(flows.records, "record"),
        if flows.bytes > 0 { bytes(flows.bytes) } else { String::new() },
        match (&flows.first, &flows.last) {
            (Some(first), Some(last)) => span(first, last),
            _ => String::new(),
        },
    ]
}

fn sum(records: u64, of_bytes: u64, first: Option<&String>, last: Option<&String>) -> String {
    let mut text = count(records, "record");
    if of_bytes > 0 {
        text.push_str(&format!(", {}", bytes(of_bytes)));
    }
    if let (Some(first), Some(last)) = (first, last) {
        text.push_str(&format!(", {}", span(first, last)));
    }
    text
}

/// Two times, the second without its day where that is the same.
fn span(first: &str, last: &str) -> String {
    let day = |time: &str| time.split(' ').next().map(str::len).unwrap_or(0);
    match () {
        () if first == last => first.to_string(),
        () if first[..day(first)] == last[..day(last)] => format!("{first} to {}", last[day(last)..].trim_start()),
        () => format!("{first} to {last}"),
    }
}

/// `1 record`, `2,000 records`.
fn count(count: u64, word: &str) -> String {
    format!("{} {word}{}", number(count), if count == 1 { "" } else { "s" })
}

/// A number with a comma before each three digits.
fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `812 B`, `3.2 MB`.
fn bytes(count: u64) -> String {
    let units = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if count < 1000 {
        return format!("{count} B");
    }
    let mut value = count as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", units[unit])
}
