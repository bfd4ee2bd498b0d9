//! A network in Mermaid's words: a flowchart with a subgraph for each box that holds others.

use super::{steps_of, style_of, verdict};
use crate::query::answer::{Graph, GraphBox, GraphRole, LineWord, MarkWord};
use crate::render::markup::safe;
use std::collections::HashMap;
use std::fmt::Write;

/// How boxes look that have a mark, and lines: to be read on light pages and dark ones.
const STYLES: &[(MarkWord, &str, &str)] = &[
    (MarkWord::Pass, "fill:#e6f4ea,stroke:#1a7f37,color:#0f3d1c", "#1a7f37"),
    (MarkWord::Block, "fill:#fde8e8,stroke:#c81e1e,color:#6b1111,stroke-width:2px", "#c81e1e"),
    (MarkWord::Unknown, "fill:#fff4d6,stroke:#9a6700,color:#4d3300,stroke-width:2px", "#9a6700"),
    (MarkWord::Warn, "fill:#fff4d6,stroke:#9a6700,color:#4d3300", "#9a6700"),
    (MarkWord::Note, "stroke:#1a7f37", "#1a7f37"),
];

/// The network as a Mermaid flowchart.
///
/// ```
/// let mut net = fnet::Session::new();
/// net.load("vnet hub 10.0.0.0/16 { subnet data 10.0.1.0/24 }\nhost vm1 in hub.data 10.0.1.4")?;
/// let text = fnet::render::mermaid(&net.graph(None)?);
/// assert!(text.contains("subgraph"));
/// # Ok::<(), fnet::Errors>(())
/// ```
pub fn mermaid(graph: &Graph) -> String {
    // Mermaid leaves no room below the titles of subgraphs by itself.
    let mut out = String::from("---\n");
    if let Some(asked) = &graph.asked {
        let title = safe(&format!("{}: {}", asked.question, verdict(asked)));
        let _ = writeln!(out, "title: {}", serde_json::Value::String(title.replace('\n', " ")));
    }
    out.push_str("config:\n  flowchart:\n    subGraphTitleMargin: { top: 4, bottom: 18 }\n---\nflowchart LR\n");
    let names: HashMap<&str, String> =
        graph.boxes.iter().enumerate().map(|(at, held)| (held.id.as_str(), format!("n{at}"))).collect();
    boxes(graph, None, &names, 1, &mut out);
    for line in &graph.lines {
        let (Some(from), Some(to)) = (names.get(line.from.as_str()), names.get(line.to.as_str())) else { continue };
        let arrow = match (line.kind, line.both, line.backwards) {
            (LineWord::Way, ..) => "==>",
            (LineWord::Peering | LineWord::Gateway, true, _) => "<-->",
            (LineWord::ZoneLink, ..) => "-.->",
            (.., true) => "<--",
            _ => "-->",
        };
        let text = match line.kind {
            LineWord::Way | LineWord::Gateway => String::new(),
            other => format!("|{}|", other.text()),
        };
        let _ = writeln!(out, "  {from} {arrow}{text} {to}");
    }
    for (mark, style, stroke) in STYLES {
        let of: Vec<&str> =
            graph.boxes.iter().filter(|held| held.mark == Some(*mark)).map(|held| &*names[held.id.as_str()]).collect();
        if !of.is_empty() {
            let _ = writeln!(out, "  classDef {0} {style}\n  class {1} {0}", style_of(*mark), of.join(","));
        }
        let lines = graph.lines.iter().filter(|line| names.contains_key(&*line.from) && names.contains_key(&*line.to));
        let of: Vec<String> =
            lines.enumerate().filter(|(_, line)| line.mark == Some(*mark)).map(|(at, _)| at.to_string()).collect();
        if !of.is_empty() {
            let dashes = if *mark == MarkWord::Pass { "" } else { ",stroke-dasharray:6 4" };
            let _ = writeln!(out, "  linkStyle {} stroke:{stroke},stroke-width:3px{dashes}", of.join(","));
        }
    }
    out
}

fn boxes(graph: &Graph, within: Option<&str>, names: &HashMap<&str, String>, depth: usize, out: &mut String) {
    let lead = "  ".repeat(depth);
    for held in graph.within(within) {
        let name = &names[held.id.as_str()];
        // What has something attached is drawn around it.
        let holds = held.role == GraphRole::Group || graph.within(Some(&held.id)).next().is_some();
        let label = label(graph, held, holds);
        if holds {
            let _ = writeln!(out, "{lead}subgraph {name}[\"{label}\"]");
            boxes(graph, Some(&held.id), names, depth + 1, out);
            let _ = writeln!(out, "{lead}end");
            continue;
        }
        let (open, close) = match held.role {
            GraphRole::Attached => ("([\"", "\"])"),
            _ => ("[\"", "\"]"),
        };
        let _ = writeln!(out, "{lead}{name}{open}{label}{close}");
    }
}

/// What a box says: line by line, or in one line where it holds others.
fn label(graph: &Graph, held: &GraphBox, holds: bool) -> String {
    let first = format!("{} <b>{}</b>", escape(&held.kind), escape(&held.name));
    let details = held.details.iter().take(if holds { 1 } else { held.details.len() }).map(|detail| escape(detail));
    let steps = steps_of(graph, held).map(|steps| escape(&steps));
    let all: Vec<String> = std::iter::once(first).chain(details).chain(steps).collect();
    all.join(if holds { " · " } else { "<br/>" })
}

/// Text inside a quoted label.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in safe(text).chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' | '\\' | '|' | '[' | ']' | '{' | '}' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
