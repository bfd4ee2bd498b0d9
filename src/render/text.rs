//! Answers as text for people: the verdict first, what names were taken for, then the trace.

use super::markup::{Markup, Tag};
use super::table::{columns, pad, width, wrap};
use crate::query::Answer;
use crate::query::answer::*;
use crate::session::Outcome;

/// How wide the lines of an answer are, at most.
const WIDTH: usize = 110;

/// An answer as text.
pub fn answer(answer: &Answer) -> Markup {
    match answer {
        Answer::Reach(answer) => reach(answer),
        Answer::Resolve(answer) => resolve(answer),
        Answer::Explain(answer) => explain(answer),
        Answer::Routes(answer) => routes(answer),
        Answer::Security(answer) => security(answer),
        Answer::NextHop(answer) => next_hop(answer),
        Answer::Features(answer) => features(answer),
        Answer::Show(answer) => {
            let mut out = Markup::default();
            out.plain(&answer.source);
            out
        }
    }
}

/// What a statement came to, as text.
pub fn outcome(outcome: &Outcome) -> Markup {
    let mut out = Markup::default();
    match outcome {
        Outcome::Answer { question, answer: found } => {
            out.push(Tag::Dim, "fnet> ").push(Tag::Strong, question).line();
            out.append(answer(found));
        }
        Outcome::Holds { assertion, .. } => {
            out.push(Tag::Good, "✓ ").plain(assertion).line();
        }
        Outcome::Fails { assertion, answer: found, .. } => {
            out.push(Tag::Bad, "✗ ").plain(assertion).line();
            if let Some(found) = found {
                out.append(answer(found));
            }
        }
        Outcome::Notice(text) => {
            out.push(Tag::Dim, text).line();
        }
    }
    out
}

fn tag_of(verdict: VerdictWord) -> Tag {
    match verdict {
        VerdictWord::Yes => Tag::Good,
        VerdictWord::No => Tag::Bad,
        _ => Tag::Doubt,
    }
}

/// `no, dropped: why`.
fn verdict(out: &mut Markup, word: VerdictWord, outcome: Option<&String>, headline: Option<&String>) {
    out.push(tag_of(word), word.word());
    if let Some(outcome) = outcome {
        out.push(tag_of(word), format!(", {outcome}"));
    }
    if let Some(headline) = headline {
        out.plain(format!(": {headline}"));
    }
    out.line();
}

fn reach(answer: &ReachAnswer) -> Markup {
    let mut out = Markup::default();
    verdict(&mut out, answer.verdict, answer.outcome.as_ref(), answer.headline.as_ref());
    out.line();
    let widest = answer.taken.iter().map(|taken| width(&taken.name)).max().unwrap_or(0);
    for taken in answer.taken.iter().filter(|taken| !taken.text.is_empty()) {
        let lines = wrap(&taken.text, WIDTH - widest - 4);
        for (at, line) in lines.iter().enumerate() {
            let name = if at == 0 { taken.name.as_str() } else { "" };
            out.plain("  ").push(Tag::Strong, pad(name, widest)).plain("  ").plain(line).line();
        }
    }
    let several = answer.parts.len() > 1;
    for part in &answer.parts {
        if several {
            out.line();
            part_head(&mut out, part);
        }
        steps(&mut out, &part.steps);
        tail(&mut out, part, several);
    }
    out
}

fn part_head(out: &mut Markup, part: &PartAnswer) {
    let ports = if part.ports.is_empty() || part.ports == "*" { String::new() } else { format!(":{}", part.ports) };
    out.plain("  ")
        .push(Tag::Strong, format!("from {} to {}{ports}", short(&part.source), short(&part.destination)))
        .plain(": ");
    out.push(tag_of(part.verdict), part.verdict.word());
    if let Some(outcome) = &part.outcome {
        out.push(tag_of(part.verdict), format!(", {outcome}"));
    }
    out.line();
}

/// A long list, cut.
fn short(list: &str) -> String {
    let all: Vec<&str> = list.split(", ").collect();
    if all.len() <= 4 { list.to_string() } else { format!("{}, … ({} prefixes)", all[..3].join(", "), all.len()) }
}

fn tail(out: &mut Markup, part: &PartAnswer, several: bool) {
    if !(part.assumptions.is_empty() && part.remedies.is_empty()) || part.steps.iter().any(|s| s.fact.is_some()) {
        out.line();
    }
    for assumption in &part.assumptions {
        out.plain("  ").push(Tag::Doubt, "assumed: ").plain(assumption).line();
    }
    for step in &part.steps {
        if let Some(fact) = &step.fact {
            out.plain("  ").push(Tag::Doubt, "not stated: ").plain(fact).line();
        }
        if let Some(line) = &step.state_it {
            out.plain("  ").push(Tag::Doubt, "state it:   ").push(Tag::Code, line).line();
        }
    }
    let lead = if several && part.verdict == VerdictWord::Yes { "" } else { "to allow it: " };
    for (at, remedy) in part.remedies.iter().enumerate() {
        let lead = if at == 0 { lead } else { "       then: " };
        let lines = wrap(remedy, WIDTH - lead.len() - 2);
        let paste = remedy.contains('{') || remedy.starts_with("peering");
        for (n, line) in lines.iter().enumerate() {
            let start = if n == 0 { lead.to_string() } else { " ".repeat(lead.len()) };
            out.plain("  ").push(Tag::Strong, start).push(if paste { Tag::Code } else { Tag::Plain }, line).line();
        }
    }
}

/// The numbered steps.
fn steps(out: &mut Markup, steps: &[StepAnswer]) {
    if !steps.is_empty() {
        out.line();
    }
    let number = steps.len().to_string().len();
    let rule = steps.iter().map(|step| width(&step.rule)).max().unwrap_or(0);
    let mut files: Vec<&str> = steps.iter().filter_map(|step| step.place.as_ref()).map(|p| p.file.as_str()).collect();
    files.dedup();
    // The name of the one file that is spoken of may be long and says nothing new.
    let by_line = files.len() == 1 && width(files[0].rsplit('/').next().unwrap_or("")) > 18;
    let place = |step: &StepAnswer| match &step.place {
        Some(place) if by_line => format!("line {}", place.line),
        Some(place) => short_place(place),
        None => String::new(),
    };
    let places = steps.iter().map(|step| width(&place(step))).max().unwrap_or(0);
    let room = WIDTH.saturating_sub(number + rule + places + 9).max(30);
    let longest = steps.iter().map(|step| width(&step.text)).max().unwrap_or(0).min(room);
    for (at, step) in steps.iter().enumerate() {
        let (mark, tag) = mark(step.mark);
        let text = if step.open_points.is_empty() {
            step.text.clone()
        } else {
            format!("{} ({})", step.text, step.open_points.join(", "))
        };
        let lines = wrap(&text, longest.max(30));
        for (n, line) in lines.iter().enumerate() {
            if n == 0 {
                out.plain(format!("  {:>number$} ", at + 1)).push(tag, mark).plain(" ");
                out.push(Tag::Name, pad(&step.rule, rule)).plain("  ").plain(pad(line, longest));
                out.push(Tag::Dim, format!("  {}", place(step)));
            } else {
                out.plain(" ".repeat(number + rule + 7)).plain(line);
            }
            out.line();
        }
        explained(out, step, number + 5);
    }
}

/// The file without its folders, and the line.
fn short_place(place: &Place) -> String {
    let file = place.file.rsplit(['/', '\\']).next().unwrap_or(&place.file);
    format!("{file}:{}", place.line)
}

/// What `explain` adds to a step.
fn explained(out: &mut Markup, step: &StepAnswer, indent: usize) {
    let lead = " ".repeat(indent);
    for miss in &step.misses {
        let (line, fields) = miss.rsplit_once(": ").unwrap_or((miss, ""));
        out.push(Tag::Dim, format!("{lead}no match: {line}")).plain(format!("  ({fields})")).line();
    }
    let Some(rule) = &step.explained else { return };
    for line in wrap(&rule.text, WIDTH - indent) {
        out.push(Tag::Dim, format!("{lead}{line}")).line();
    }
    for source in &rule.sources {
        out.push(Tag::Dim, format!("{lead}source: {source}")).line();
    }
}

fn mark(mark: MarkWord) -> (&'static str, Tag) {
    match mark {
        MarkWord::Pass => ("✓", Tag::Good),
        MarkWord::Block => ("✗", Tag::Bad),
        MarkWord::Unknown => ("?", Tag::Doubt),
        MarkWord::Warn => ("!", Tag::Doubt),
        MarkWord::Note => ("·", Tag::Dim),
    }
}

fn resolve(answer: &ResolveAnswer) -> Markup {
    let mut out = Markup::default();
    if answer.addresses.is_empty() {
        let words = if answer.verdict == VerdictWord::Unknown { "unknown" } else { "does not resolve" };
        out.push(Tag::Strong, &answer.name).plain(": ").push(tag_of(answer.verdict), words).line();
    } else {
        out.push(Tag::Strong, &answer.name).plain(" is ").push(Tag::Good, answer.addresses.join(", ")).line();
    }
    out.plain(format!("  asked by {}", answer.asker)).line();
    steps(&mut out, &answer.steps);
    let part = PartAnswer {
        source: String::new(),
        destination: String::new(),
        ports: String::new(),
        verdict: VerdictWord::Yes,
        outcome: None,
        headline: None,
        decided_by: None,
        steps: answer.steps.clone(),
        assumptions: answer.assumptions.clone(),
        remedies: Vec::new(),
    };
    tail(&mut out, &part, false);
    for (at, remedy) in answer.remedies.iter().enumerate() {
        if at == 0 && answer.assumptions.is_empty() {
            out.line();
        }
        out.plain("  ").push(Tag::Strong, "to change it: ").push(Tag::Code, remedy).line();
    }
    out
}

fn explain(answer: &ExplainAnswer) -> Markup {
    let mut out = Markup::default();
    out.push(Tag::Strong, &answer.title);
    out.push(Tag::Dim, format!("  (edition {})", answer.edition)).line();
    if let Some(text) = &answer.text {
        out.line();
        for line in wrap(text, WIDTH - 2) {
            out.plain("  ").plain(line).line();
        }
    }
    if let Some(example) = &answer.example {
        out.line().plain("  The shortest script that shows it:").line().line();
        for line in example.lines() {
            out.plain("    ").push(Tag::Code, line).line();
        }
    }
    if answer.in_full {
        answer.rules.iter().for_each(|rule| rule_in_full(&mut out, rule));
    } else {
        out.line();
        let widest = answer.rules.iter().map(|rule| width(&rule.id)).max().unwrap_or(0);
        for rule in &answer.rules {
            out.plain("  ").push(Tag::Name, pad(&rule.id, widest)).plain("  ").plain(&rule.title).line();
        }
        out.line().push(Tag::Dim, "  `explain RULE` tells one in full").line();
    }
    if !answer.apps.is_empty() {
        out.line().push(Tag::Strong, "  In this model").line();
        for fares in &answer.apps {
            out.line().plain("  ").push(Tag::Strong, &fares.app).line();
            for fact in &fares.lines {
                let (rule, text) = fact.split_once(": ").unwrap_or(("", fact));
                let lines = wrap(text, WIDTH - 40);
                for (at, line) in lines.iter().enumerate() {
                    let rule = if at == 0 { rule } else { "" };
                    out.plain("    ").push(Tag::Name, pad(rule, 34)).plain("  ").plain(line).line();
                }
            }
        }
    }
    out
}

fn rule_in_full(out: &mut Markup, rule: &RuleAnswer) {
    out.line().plain("  ").push(Tag::Name, &rule.id);
    if let Some(code) = &rule.code {
        out.push(Tag::Dim, format!("  {code}"));
    }
    out.line();
    for line in wrap(&rule.text, WIDTH - 4) {
        out.plain("    ").plain(line).line();
    }
    if let Some(remedy) = &rule.remedy {
        let lines = wrap(remedy, WIDTH - 15);
        for (at, line) in lines.iter().enumerate() {
            out.push(Tag::Strong, if at == 0 { "    to change: " } else { "               " }).plain(line).line();
        }
    }
    for (id, question, default) in &rule.open_points {
        for line in wrap(&format!("open point {id}: {question} fnet takes: {default}"), WIDTH - 4) {
            out.push(Tag::Doubt, format!("    {line}")).line();
        }
    }
    for source in &rule.sources {
        out.push(Tag::Dim, format!("    source: {source}")).line();
    }
    if rule.derived {
        out.push(Tag::Dim, "    derived: no page states it in so many words").line();
    }
}

fn route_row(route: &RouteAnswer) -> Vec<String> {
    let state = if route.active { "Active" } else { "Invalid" };
    let hop = if route.hop_type == "VirtualAppliance" {
        route.hop.trim_start_matches("appliance ").to_string()
    } else {
        String::new()
    };
    let place = route.place.as_ref().map_or(String::new(), short_place);
    vec![
        route.source.clone(),
        state.to_string(),
        route.prefix.clone(),
        route.hop_type.clone(),
        hop,
        route.name.clone().unwrap_or_default(),
        place,
    ]
}

fn routes(answer: &RoutesAnswer) -> Markup {
    let mut out = Markup::default();
    out.push(Tag::Strong, format!("effective routes of {}", answer.of))
        .plain(format!(" in {}", answer.subnet))
        .line()
        .line();
    let head = ["Source", "State", "Address prefix", "Next hop type", "Next hop", "Route", "Declared"];
    let mut rows = vec![head.map(String::from).to_vec()];
    rows.extend(answer.routes.iter().map(route_row));
    let lines = columns(&rows);
    for (at, line) in lines.iter().enumerate() {
        let tag = match at {
            0 => Tag::Dim,
            _ if answer.routes[at - 1].active => Tag::Plain,
            _ => Tag::Dim,
        };
        out.plain("  ").push(tag, line).line();
    }
    lost_routes(&mut out, &answer.routes);
    out
}

/// Why routes do not count, reason by reason.
fn lost_routes(out: &mut Markup, routes: &[RouteAnswer]) {
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for route in routes {
        let Some(reason) = route.reason.as_deref() else { continue };
        let words = format!("{} ({})", route.prefix, route.hop_type);
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, all)) => all.push(words),
            None => reasons.push((reason, vec![words])),
        }
    }
    if !reasons.is_empty() {
        out.line();
    }
    for (reason, mut all) in reasons {
        let count = all.len();
        if count > 4 {
            all.truncate(3);
            all.push(format!("… ({count} routes)"));
        }
        for (at, line) in wrap(&format!("Invalid: {}: {reason}", all.join(", ")), WIDTH - 4).iter().enumerate() {
            out.push(Tag::Dim, format!("  {}{line}", if at == 0 { "" } else { "  " })).line();
        }
    }
}

fn next_hop(answer: &NextHopAnswer) -> Markup {
    let mut out = Markup::default();
    out.push(Tag::Good, &answer.hop)
        .plain(format!(": the next hop from {} to {}", answer.of, answer.address))
        .line()
        .line();
    let mut rows: Vec<Vec<String>> = answer.route.iter().map(route_row).collect();
    rows.extend(answer.lost.iter().map(route_row));
    for (at, line) in columns(&rows).iter().enumerate() {
        let wins = at == 0 && answer.route.is_some();
        out.plain(if wins { "  ✓ " } else { "    " }).push(if wins { Tag::Plain } else { Tag::Dim }, line).line();
    }
    lost_routes(&mut out, &answer.lost);
    if let Some(fact) = &answer.fact {
        out.plain("  ").push(Tag::Doubt, "not stated: ").plain(fact).line();
    }
    out
}

fn security(answer: &SecurityAnswer) -> Markup {
    let mut out = Markup::default();
    out.push(Tag::Strong, format!("effective security rules of {}", answer.of)).line();
    if answer.groups.is_empty() {
        out.plain("  no security group is attached: everything is allowed").line();
    }
    for group in &answer.groups {
        out.line()
            .plain("  ")
            .push(Tag::Strong, format!("nsg {}", group.nsg))
            .plain(format!(" on {}", group.attached_to));
        if let Some(note) = &group.note {
            out.push(Tag::Dim, format!("  ({note})"));
        }
        out.line();
        for direction in ["inbound", "outbound"] {
            let mine: Vec<&SecurityRuleAnswer> =
                group.rules.iter().filter(|rule| rule.direction == direction).collect();
            out.line().push(Tag::Dim, format!("  {direction}")).line();
            let with =
                |text: &str, ports: &str| if ports == "*" { text.to_string() } else { format!("{text}:{ports}") };
            let rows: Vec<Vec<String>> = mine
                .iter()
                .map(|rule| {
                    vec![
                        rule.priority.to_string(),
                        rule.name.clone(),
                        rule.access.clone(),
                        rule.protocol.clone(),
                        format!(
                            "{} -> {}",
                            with(&rule.source, &rule.source_ports),
                            with(&rule.destination, &rule.ports)
                        ),
                    ]
                })
                .collect();
            for (rule, line) in mine.iter().zip(columns(&rows)) {
                let tag = if rule.access == "deny" { Tag::Bad } else { Tag::Plain };
                out.plain("    ").push(tag, line).line();
            }
        }
        let mut told: Vec<&str> = Vec::new();
        for (words, prefixes) in group.rules.iter().flat_map(|rule| &rule.expanded) {
            if told.contains(&words.as_str()) {
                continue;
            }
            if told.is_empty() {
                out.line();
            }
            told.push(words);
            let list = if prefixes.len() > 6 {
                format!("{}, … ({} prefixes)", prefixes[..5].join(", "), prefixes.len())
            } else {
                prefixes.join(", ")
            };
            out.push(Tag::Dim, format!("  {words} = {list}")).line();
        }
    }
    out
}

fn features(answer: &FeaturesAnswer) -> Markup {
    let mut out = Markup::default();
    let of = answer.of.as_ref().map_or(String::new(), |of| format!(" of {of}"));
    out.push(Tag::Strong, format!("networking features{of}"))
        .push(Tag::Dim, format!("  (edition {})", answer.edition))
        .line()
        .line();
    let word = |cell: &FeatureAnswer| match cell.yes {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not stated",
    };
    if let [_] = answer.plans.as_slice() {
        let title = answer.rows.iter().map(|row| width(&row.title)).max().unwrap_or(0);
        let note = |row: &FeatureRow| row.cells[0].note.clone().unwrap_or_default();
        let notes = answer.rows.iter().map(|row| width(&note(row))).max().unwrap_or(0);
        for row in &answer.rows {
            let cell = &row.cells[0];
            let tag = if cell.yes == Some(true) { Tag::Good } else { Tag::Bad };
            out.plain("  ").plain(pad(&row.title, title)).plain("  ").push(tag, pad(word(cell), 3));
            out.plain(format!("  {}", pad(&note(row), notes)));
            if let Some(rule) = &cell.rule {
                out.push(Tag::Dim, format!("  {rule}"));
            }
            out.line();
        }
        return out;
    }
    let mut rows = vec![
        std::iter::once("Feature".to_string()).chain(answer.plans.iter().map(|plan| head(plan))).collect::<Vec<_>>(),
    ];
    let mut notes: Vec<String> = Vec::new();
    for row in &answer.rows {
        let cells = row.cells.iter().map(|cell| match &cell.note {
            Some(note) => {
                let number = notes.iter().position(|known| known == note).unwrap_or_else(|| {
                    notes.push(note.clone());
                    notes.len() - 1
                });
                format!("{} [{}]", word(cell), number + 1)
            }
            None => word(cell).to_string(),
        });
        rows.push(std::iter::once(row.title.clone()).chain(cells).collect());
    }
    for (at, line) in columns(&rows).iter().enumerate() {
        out.plain("  ").push(if at == 0 { Tag::Dim } else { Tag::Plain }, line).line();
    }
    out.line();
    for (at, note) in notes.iter().enumerate() {
        out.push(Tag::Dim, format!("  [{}] {note}", at + 1)).line();
    }
    out
}

/// A plan's title without the word plan.
fn head(title: &str) -> String {
    title.replace(" plan", "").replace("App Service Environment", "ASE")
}
