//! A network in the language of Graphviz: a cluster for each box that holds others.

use super::{steps_of, verdict};
use crate::query::answer::{Graph, GraphBox, GraphRole, LineWord, MarkWord};
use crate::render::markup::safe;
use std::collections::HashMap;
use std::fmt::Write;

/// The network for Graphviz.
///
/// ```
/// let mut net = fnet::Session::new();
/// net.load("vnet hub 10.0.0.0/16 { subnet data 10.0.1.0/24 }\nhost vm1 in hub.data 10.0.1.4")?;
/// assert!(fnet::render::dot(&net.graph(None)?).starts_with("digraph"));
/// # Ok::<(), fnet::Errors>(())
/// ```
pub fn dot(graph: &Graph) -> String {
    let mut out = String::from("digraph network {\n  compound=true; rankdir=LR; fontname=\"sans-serif\";\n");
    out.push_str("  node [shape=box style=\"rounded,filled\" fillcolor=white fontname=\"sans-serif\"];\n");
    out.push_str("  edge [fontname=\"sans-serif\" fontsize=10];\n");
    if let Some(asked) = &graph.asked {
        let _ = writeln!(out, "  label={}; labelloc=t;", quoted(&[asked.question.clone(), verdict(asked)]));
    }
    let names: HashMap<&str, usize> = graph.boxes.iter().enumerate().map(|(at, held)| (held.id.as_str(), at)).collect();
    boxes(graph, None, &names, 1, &mut out);
    for line in &graph.lines {
        let (Some(from), Some(to)) = (names.get(line.from.as_str()), names.get(line.to.as_str())) else { continue };
        let mut looks = Vec::new();
        // A line to a cluster ends at a point in it, and is cut at its border.
        for (end, at) in [("ltail", from), ("lhead", to)] {
            if holds(graph, &graph.boxes[*at]) {
                looks.push(format!("{end}=cluster{at}"));
            }
        }
        if line.both {
            looks.push("dir=both".into());
        } else if line.backwards {
            looks.push("dir=back".into());
        }
        match (line.mark, line.kind) {
            (Some(mark), _) => {
                let dashed = if mark == MarkWord::Pass { "" } else { " style=dashed" };
                looks.push(format!("color=\"{}\" penwidth=2.5{dashed}", color(mark)));
            }
            (None, LineWord::ZoneLink) => looks.push("style=dotted".into()),
            _ => {}
        }
        if !matches!(line.kind, LineWord::Way | LineWord::Gateway) {
            looks.push(format!("label=\"{}\"", line.kind.text()));
        }
        let _ = writeln!(out, "  n{from} -> n{to} [{}];", looks.join(" "));
    }
    out.push_str("}\n");
    out
}

/// Is it drawn around others?
fn holds(graph: &Graph, held: &GraphBox) -> bool {
    held.role == GraphRole::Group || graph.within(Some(&held.id)).next().is_some()
}

fn boxes(graph: &Graph, within: Option<&str>, names: &HashMap<&str, usize>, depth: usize, out: &mut String) {
    let lead = "  ".repeat(depth);
    for held in graph.within(within) {
        let at = names[held.id.as_str()];
        let first = format!("{} {}", held.kind, held.name);
        let lines: Vec<String> =
            std::iter::once(first).chain(held.details.iter().cloned()).chain(steps_of(graph, held)).collect();
        let label = quoted(&lines);
        let border = held.mark.map(|mark| format!(" color=\"{}\" penwidth=2", color(mark))).unwrap_or_default();
        if holds(graph, held) {
            let looks = border.trim_start().replace(' ', "; ");
            let _ = writeln!(out, "{lead}subgraph cluster{at} {{ label={label}; style=rounded; {looks}");
            let _ = writeln!(out, "{lead}  n{at} [shape=point style=invis];");
            boxes(graph, Some(&held.id), names, depth + 1, out);
            let _ = writeln!(out, "{lead}}}");
            continue;
        }
        let fill = match (held.mark, held.role) {
            (Some(MarkWord::Block), _) => " fillcolor=\"#fde8e8\"",
            (_, GraphRole::Attached) => " fillcolor=\"#e8edf3\"",
            _ => "",
        };
        let _ = writeln!(out, "{lead}n{at} [label={label}{border}{fill}];");
    }
}

fn color(mark: MarkWord) -> &'static str {
    match mark {
        MarkWord::Pass | MarkWord::Note => "#1a7f37",
        MarkWord::Block => "#c81e1e",
        MarkWord::Unknown | MarkWord::Warn => "#9a6700",
    }
}

fn quoted(lines: &[String]) -> String {
    let lines: Vec<String> =
        lines.iter().map(|line| safe(line).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " ")).collect();
    format!("\"{}\"", lines.join("\\n"))
}
