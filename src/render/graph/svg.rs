//! A network as SVG, whole in itself: no scripts, no fonts of others, no names that could meet another picture's on a page.
//! What a pointer rests on says where it is declared.

use super::layout::{BADGE, LINE, Layout, NAME, SMALL, badges};
use super::measure::{width, wrap};
use super::wires::{EDGE, Wire, wires};
use super::{sign, style_of, verdict};
use crate::query::answer::{Graph, GraphQuestion, GraphRole, LineWord, MarkWord, Place};
use crate::render::markup::safe;
use std::fmt::Write;

/// Where a picture is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    /// Alone: it brings its colours, for light and dark as the reader has it.
    Alone,
    /// In a page whose style sheet has the colours (`--fnet-…`), as the one of `fnet mdbook` does.
    Page,
}

const STYLE: &str = include_str!("graph.css");

/// The colours, on light paper and on dark.
const LIGHT: &str = include_str!("light.css");
const DARK: &str = include_str!("dark.css");

/// The style sheet of a page with pictures; `dark` selects what in it is on dark paper.
pub fn style_sheet(dark: &str) -> String {
    format!(":root {{\n{LIGHT}}}\n{dark} {{\n{DARK}}}\n{STYLE}")
}

/// The network as an SVG document, or as an element of a page.
///
/// ```
/// use fnet::render::{Sheet, svg};
///
/// let mut net = fnet::Session::new();
/// net.load(include_str!("../../../examples/orders.fnet"))?;
/// let picture = svg(&net.graph(Some("can app1 reach orders-db:1433"))?, Sheet::Alone);
/// assert!(picture.starts_with("<svg") && picture.contains("block-sql"));
/// # Ok::<(), fnet::Errors>(())
/// ```
pub fn svg(graph: &Graph, sheet: Sheet) -> String {
    let top = if graph.asked.is_some() { 78.0 } else { EDGE };
    let mut layout = Layout::of(graph, top);
    let (wires, wide, bottom) = wires(graph, &mut layout);
    let heading = graph.asked.as_ref().map_or(0.0, |asked| {
        width(&asked.question, 15.0).max(width(&verdict(asked), NAME).min(760.0)) * 1.08 + 2.0 * EDGE
    });
    let wide = wide.max(heading).max(if graph.asked.is_some() { 640.0 } else { 240.0 });
    let mut page = Page { out: String::new() };
    let mut y = bottom + 26.0;
    if let Some(asked) = &graph.asked {
        page.heading(asked, wide);
    }
    page.boxes(graph, &layout);
    page.wires(graph, &wires);
    y = page.key(graph, y, wide);
    if let Some(asked) = &graph.asked {
        y = page.steps(asked, y, wide);
    }
    let style = match sheet {
        Sheet::Alone => format!(
            "<style>\n:root {{\n{LIGHT}}}\n@media (prefers-color-scheme: dark) {{ :root {{\n{DARK}}} }}\n{STYLE}</style>\n"
        ),
        Sheet::Page => String::new(),
    };
    let title = graph
        .asked
        .as_ref()
        .map_or("the network as it is declared".into(), |asked| format!("{}: {}", asked.question, verdict(asked)));
    let high = y + 8.0;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"fnet-graph\" role=\"img\" width=\"{wide:.0}\" \
         height=\"{high:.0}\" viewBox=\"0 0 {wide:.0} {high:.0}\">\n<title>{}</title>\n{style}\
         <rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n{}</svg>\n",
        escape(&title),
        page.out
    )
}

/// Text in SVG: no markup of the user's, no control characters.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in safe(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // No document may hold these, written as they are or not.
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// The file without its folders, and the line.
fn place(place: Option<&Place>) -> String {
    let Some(place) = place else { return String::new() };
    let file = place.file.rsplit(['/', '\\']).next().unwrap_or(&place.file);
    format!("{file}:{}", place.line)
}

struct Page {
    out: String,
}

impl Page {
    fn text(&mut self, class: &str, x: f64, y: f64, text: &str) {
        let _ = writeln!(self.out, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escape(text));
    }

    fn rect(&mut self, class: &str, at: (f64, f64), size: (f64, f64), round: f64) {
        let ((x, y), (w, h)) = (at, size);
        let _ = writeln!(
            self.out,
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" rx=\"{round}\"/>"
        );
    }

    /// The number of a step, in a circle.
    fn badge(&mut self, x: f64, y: f64, number: usize, mark: MarkWord) {
        let class = style_of(mark);
        let _ = writeln!(self.out, "<circle class=\"badge {class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"7.5\"/>");
        let size = if number < 10 { "number" } else { "number long" };
        let _ = writeln!(self.out, "<text class=\"{size}\" x=\"{x:.1}\" y=\"{:.1}\">{number}</text>", y + 3.4);
    }

    fn heading(&mut self, asked: &GraphQuestion, wide: f64) {
        let class = match asked.verdict.word() {
            "yes" => "pass",
            "no" => "block",
            _ => "unknown",
        };
        self.text("question", EDGE, 30.0, &asked.question);
        let mut words = wrap(&verdict(asked), NAME, wide - 2.0 * EDGE);
        if words.len() > 1 {
            words.truncate(1);
            words[0].push('…');
        }
        let words = words.join(" ");
        self.text(&format!("verdict {class}"), EDGE, 52.0, &words);
        if let Some(part) = &asked.part {
            let part = format!("drawn: {part}");
            self.text("small", EDGE, 69.0, &wrap(&part, SMALL, wide - 2.0 * EDGE).first().cloned().unwrap_or_default());
        }
    }

    fn boxes(&mut self, graph: &Graph, layout: &Layout) {
        for (at, (held, placed)) in graph.boxes.iter().zip(&layout.all).enumerate() {
            let role = match held.role {
                GraphRole::Group => "group",
                GraphRole::Node => "node",
                GraphRole::Attached => "attached",
            };
            let mark = held.mark.map(|mark| format!(" {}", style_of(mark))).unwrap_or_default();
            let tip = [format!("{} {}", held.kind, held.name), place(held.place.as_ref())].join("  ");
            let _ =
                writeln!(self.out, "<g class=\"{role} {}{mark}\">\n<title>{}</title>", held.kind, escape(tip.trim()));
            let attached = held.role == GraphRole::Attached;
            let (x, y) = (placed.x, placed.y);
            self.rect("frame", (x, y), (placed.w, placed.h), if attached { 10.0 } else { 6.0 });
            let (lead, base, name_class) =
                if attached { (8.0, y + 14.5, "name small") } else { (10.0, y + 19.0, "name") };
            self.text("kind", x + lead, base, &held.kind);
            let gap = if attached { 5.0 } else { 6.0 };
            self.text(name_class, x + lead + width(&held.kind, SMALL) + gap, base, &held.name);
            for (n, line) in placed.details.iter().enumerate() {
                match placed.beside {
                    Some(beside) => self.text("small", x + beside, base, line),
                    None => self.text("small", x + 10.0, base + (n as f64 + 1.0) * LINE, line),
                }
            }
            let steps = graph.asked.as_ref().map(|asked| asked.steps.as_slice()).unwrap_or_default();
            let start = x + placed.w - badges(graph, at) + 6.0 - if attached { 2.0 } else { 4.0 };
            for (n, number) in held.steps.iter().enumerate() {
                let mark = steps.get(number - 1).map_or(MarkWord::Note, |step| step.mark);
                self.badge(start + n as f64 * BADGE + 4.0, base - 4.0, *number, mark);
            }
            self.out.push_str("</g>\n");
        }
    }

    /// The lines, those of the flow last.
    fn wires(&mut self, graph: &Graph, wires: &[Wire]) {
        let mut order: Vec<&Wire> = wires.iter().collect();
        order.sort_by_key(|wire| graph.lines[wire.line].mark.is_some());
        for wire in order {
            let line = &graph.lines[wire.line];
            let mark = line.mark.map(|mark| format!(" marked {}", style_of(mark))).unwrap_or_default();
            let kind = line.kind.text();
            let tip = format!("{kind}: {} – {}  {}", line.from, line.to, place(line.place.as_ref()));
            let class = kind.replace(' ', "-");
            let _ = writeln!(self.out, "<g class=\"line {class}{mark}\">\n<title>{}</title>", escape(tip.trim()));
            let _ = writeln!(self.out, "<path d=\"{}\"/>", path(&wire.corners));
            let mut ends: Vec<[(f64, f64); 2]> = Vec::new();
            let corners = &wire.corners;
            if !line.backwards {
                ends.push([corners[corners.len() - 2], corners[corners.len() - 1]]);
            }
            if line.backwards || (line.both && line.mark.is_none()) {
                ends.push([corners[1], corners[0]]);
            }
            let size = if line.mark.is_some() { 5.5 } else { 4.0 };
            for [before, tip] in ends {
                let back = if before.0 < tip.0 { -size * 1.6 } else { size * 1.6 };
                let _ = writeln!(
                    self.out,
                    "<polygon points=\"{:.1},{:.1} {:.1},{:.1} {:.1},{:.1}\"/>",
                    tip.0,
                    tip.1,
                    tip.0 + back,
                    tip.1 - size,
                    tip.0 + back,
                    tip.1 + size
                );
            }
            let steps = graph.asked.as_ref().map(|asked| asked.steps.as_slice()).unwrap_or_default();
            let (x, y) = (corners[1].0, (corners[1].1 + corners[2].1) / 2.0);
            for (n, number) in line.steps.iter().enumerate() {
                let mark = steps.get(number - 1).map_or(MarkWord::Note, |step| step.mark);
                self.badge(x, y + n as f64 * BADGE, *number, mark);
            }
            self.out.push_str("</g>\n");
        }
    }

    /// What the lines mean, those that there are.
    fn key(&mut self, graph: &Graph, y: f64, wide: f64) -> f64 {
        let mut kinds: Vec<LineWord> = graph.lines.iter().map(|line| line.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let (mut x, mut y) = (EDGE, y);
        for kind in &kinds {
            let text = kind.text();
            let room = 34.0 + width(text, SMALL) + 18.0;
            if x + room > wide && x > EDGE {
                (x, y) = (EDGE, y + 18.0);
            }
            let class = text.replace(' ', "-");
            let _ = writeln!(self.out, "<g class=\"line {class}\"><path d=\"M{x:.1} {:.1}h26\"/></g>", y - 3.5);
            self.text("small", x + 32.0, y, text);
            x += room;
        }
        if kinds.is_empty() { y - 14.0 } else { y + 14.0 }
    }

    /// The steps of the trace, as a table.
    fn steps(&mut self, asked: &GraphQuestion, y: f64, wide: f64) -> f64 {
        let rule = asked.steps.iter().map(|step| width(&step.rule, SMALL)).fold(0.0, f64::max) * 1.1;
        let at = asked.steps.iter().map(|step| width(&place(step.place.as_ref()), SMALL)).fold(0.0, f64::max);
        let text_x = EDGE + 24.0 + rule + 14.0;
        let room = (wide - EDGE - at - 14.0 - text_x).max(160.0);
        let mut y = y + 10.0;
        for (n, step) in asked.steps.iter().enumerate() {
            let lines = wrap(&safe(&step.text), SMALL, room);
            let tip = format!("{} {}  {}", sign(step.mark), step.rule, place(step.place.as_ref()));
            let _ =
                writeln!(self.out, "<g class=\"step {}\">\n<title>{}</title>", style_of(step.mark), escape(tip.trim()));
            self.badge(EDGE + 8.0, y - 4.0, n + 1, step.mark);
            self.text("rule", EDGE + 24.0, y, &step.rule);
            for (n, line) in lines.iter().enumerate() {
                self.text("small", text_x, y + n as f64 * LINE, line);
            }
            self.text("place", wide - EDGE, y, &place(step.place.as_ref()));
            self.out.push_str("</g>\n");
            y += lines.len().max(1) as f64 * LINE + 4.0;
        }
        y
    }
}

/// A line with round corners.
fn path(corners: &[(f64, f64)]) -> String {
    let mut all: Vec<(f64, f64)> = Vec::new();
    for corner in corners {
        if all.last().is_none_or(|last| (last.0 - corner.0).abs() + (last.1 - corner.1).abs() > 0.5) {
            all.push(*corner);
        }
    }
    let mut out = String::new();
    for (n, (x, y)) in all.iter().enumerate() {
        if n == 0 {
            let _ = write!(out, "M{x:.1} {y:.1}");
            continue;
        }
        let Some(next) = all.get(n + 1) else {
            let _ = write!(out, "L{x:.1} {y:.1}");
            continue;
        };
        let before = all[n - 1];
        let length = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).abs() + (a.1 - b.1).abs();
        let round = 6f64.min(length(before, (*x, *y)) / 2.0).min(length((*x, *y), *next) / 2.0);
        let toward = |to: (f64, f64)| (x + (to.0 - x).clamp(-round, round), y + (to.1 - y).clamp(-round, round));
        let (start, end) = (toward(before), toward(*next));
        let _ = write!(out, "L{:.1} {:.1}Q{x:.1} {y:.1} {:.1} {:.1}", start.0, start.1, end.0, end.1);
    }
    out
}
