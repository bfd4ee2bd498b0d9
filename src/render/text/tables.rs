//! The answers that are tables: `routes`, `next-hop`, `security`, `features`. Columns are laid out in
//! [`crate::render::table`].

use super::short_place;
use crate::query::answer::{
    FeatureAnswer, FeatureRow, FeaturesAnswer, NextHopAnswer, RouteAnswer, RoutesAnswer, SecurityAnswer,
    SecurityRuleAnswer,
};
use crate::render::markup::{Markup, Tag};
use crate::render::table::{columns, cut_table, pad, width, wrap};

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

pub(super) fn routes(answer: &RoutesAnswer, mut out: Markup) -> Markup {
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
        for (at, line) in wrap(&format!("Invalid: {}: {reason}", all.join(", ")), out.room(4)).iter().enumerate() {
            out.push(Tag::Dim, format!("  {}{line}", if at == 0 { "" } else { "  " })).line();
        }
    }
}

pub(super) fn next_hop(answer: &NextHopAnswer, mut out: Markup) -> Markup {
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

pub(super) fn security(answer: &SecurityAnswer, mut out: Markup) -> Markup {
    out.push(Tag::Strong, format!("effective security rules of {}", answer.of)).line();
    if answer.groups.is_empty() {
        out.plain("  no security group is attached: everything is allowed").line();
    }
    for group in &answer.groups {
        out.line()
            .plain("  ")
            .push(Tag::Strong, format!("{} {}", group.kind, group.nsg))
            .plain(format!(" on {}", group.attached_to));
        if let Some(note) = &group.note {
            out.push(Tag::Dim, format!("  ({note})"));
        }
        out.line();
        for direction in ["inbound", "outbound"] {
            let mine: Vec<&SecurityRuleAnswer> =
                group.rules.iter().filter(|rule| rule.direction == direction).collect();
            if mine.is_empty() {
                continue;
            }
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

pub(super) fn features(answer: &FeaturesAnswer, mut out: Markup) -> Markup {
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
    for table in cut_table(&rows, out.room(2)) {
        for (at, line) in columns(&table).iter().enumerate() {
            out.plain("  ").push(if at == 0 { Tag::Dim } else { Tag::Plain }, line).line();
        }
        out.line();
    }
    for (at, note) in notes.iter().enumerate() {
        out.push(Tag::Dim, format!("  [{}] {note}", at + 1)).line();
    }
    out
}

/// A plan's title without the word plan.
fn head(title: &str) -> String {
    title.replace(" plan", "").replace("App Service Environment", "ASE")
}
