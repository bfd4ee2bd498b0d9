//! Where the boxes stand: apps on the left, networks in the middle, services, zones and sites on the right; in a box one
//! below the other. Not how lines go between them.

use super::measure::{width, wrap};
use crate::query::answer::{Graph, GraphRole, LineWord};
use crate::render::markup::safe;
use std::collections::HashMap;

/// The sizes of text.
pub(super) const NAME: f64 = 13.0;
pub(super) const SMALL: f64 = 11.0;
/// The height of a line of small text.
pub(super) const LINE: f64 = 15.0;
/// How wide a numbered step is.
pub(super) const BADGE: f64 = 18.0;
/// Between a border and what is in it.
const PAD: f64 = 10.0;
/// Between two boxes, one below the other.
const GAP: f64 = 10.0;
const CHIP: f64 = 21.0;
/// Between a name and what stands beside it.
const APART: f64 = 10.0;
/// How wide details run before they are wrapped, and what stands side by side before it is stacked.
const ROOM: f64 = 230.0;
const BESIDE: f64 = 310.0;

/// A column of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Left,
    Middle,
    Right,
}

/// A box in its place.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) column: Column,
    pub(super) parent: Option<usize>,
    pub(super) children: Vec<usize>,
    pub(super) chips: Vec<usize>,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) w: f64,
    pub(super) h: f64,
    /// The lines of its details.
    pub(super) details: Vec<String>,
    /// Where the details stand beside the name, how far from the left.
    pub(super) beside: Option<f64>,
    depth: f64,
}

/// The boxes of a graph, each in its place, in the graph's order.
pub(super) struct Layout {
    pub(super) all: Vec<Placed>,
    /// How wide each column is.
    pub(super) widths: [f64; 3],
    /// Where the lowest box ends.
    pub(super) bottom: f64,
}

impl Layout {
    /// Places the boxes from a height downwards, each column at zero from the left.
    pub(super) fn of(graph: &Graph, top: f64) -> Self {
        let index: HashMap<&str, usize> = graph.boxes.iter().enumerate().map(|(at, b)| (b.id.as_str(), at)).collect();
        let mut layout = Self { all: Vec::new(), widths: [0.0; 3], bottom: top };
        for (at, held) in graph.boxes.iter().enumerate() {
            let parent = held.within.as_deref().and_then(|id| index.get(id).copied()).filter(|parent| *parent < at);
            layout.all.push(Placed {
                column: parent.map_or_else(|| column(&held.kind), |parent| layout.all[parent].column),
                parent,
                children: Vec::new(),
                chips: Vec::new(),
                x: 0.0,
                y: 0.0,
                w: 0.0,
                h: 0.0,
                details: told(&held.details, ROOM),
                beside: None,
                depth: 0.0,
            });
            if let Some(parent) = parent {
                let place = &mut layout.all[parent];
                if held.role == GraphRole::Attached { &mut place.chips } else { &mut place.children }.push(at);
            }
        }
        let tops: Vec<usize> = (0..layout.all.len()).filter(|at| layout.all[*at].parent.is_none()).collect();
        for at in &tops {
            let natural = layout.natural(graph, *at);
            let column = layout.all[*at].column as usize;
            layout.widths[column] = layout.widths[column].max(natural);
        }
        for at in &tops {
            let column = layout.all[*at].column as usize;
            layout.size(graph, *at, 0.0, layout.widths[column]);
        }
        layout.columns(graph, &index, &tops, top);
        layout
    }

    /// How wide a box is by what is in it.
    fn natural(&self, graph: &Graph, at: usize) -> f64 {
        let placed = &self.all[at];
        let details = placed.details.iter().map(|line| width(line, SMALL)).fold(0.0, f64::max);
        let beside = Some(beside_width(graph, at)).filter(|wide| *wide <= BESIDE).unwrap_or(0.0);
        let chips = placed.chips.iter().map(|chip| chip_width(graph, *chip));
        let row: f64 = chips.clone().map(|wide| wide + 6.0).sum();
        let chips = if row <= BESIDE { row } else { chips.fold(0.0, f64::max) };
        let inner = placed.children.iter().map(|child| self.natural(graph, *child)).fold(0.0, f64::max);
        title_width(graph, at).max(details).max(beside).max(chips).max(inner) + 2.0 * PAD
    }

    /// Gives a box its width and height, and its attached ones their places in it.
    fn size(&mut self, graph: &Graph, at: usize, x: f64, w: f64) {
        self.all[at].details = told(&graph.boxes[at].details, w - 2.0 * PAD);
        let fits = self.all[at].details.len() == 1 && beside_width(graph, at) <= w - 2.0 * PAD;
        self.all[at].beside = fits.then(|| PAD + name_end(graph, at) + APART);
        let below = if fits { 0 } else { self.all[at].details.len() };
        let chips = self.all[at].chips.clone();
        let children = self.all[at].children.clone();
        let mut y = 7.0 + 17.0 + below as f64 * LINE + 5.0;
        let (mut left, room) = (PAD, w - 2.0 * PAD);
        for (n, chip) in chips.iter().enumerate() {
            let wide = chip_width(graph, *chip);
            if n > 0 && left + wide > PAD + room {
                left = PAD;
                y += CHIP + 5.0;
            }
            let place = &mut self.all[*chip];
            (place.x, place.y, place.w, place.h) = (x + left, y, wide, CHIP);
            left += wide + 6.0;
        }
        if !chips.is_empty() {
            y += CHIP + 7.0;
        }
        for (n, child) in children.iter().enumerate() {
            y += if n > 0 { GAP } else { 3.0 };
            self.size(graph, *child, x + PAD, room);
            self.all[*child].depth = y;
            y += self.all[*child].h;
        }
        if !children.is_empty() {
            y += PAD;
        }
        let place = &mut self.all[at];
        (place.x, place.w, place.h) = (x, w, y.max(30.0));
    }

    /// Puts a box, and what is in it, at a height.
    fn drop(&mut self, at: usize, y: f64) {
        self.all[at].y = y;
        for chip in self.all[at].chips.clone() {
            self.all[chip].y += y;
        }
        for child in self.all[at].children.clone() {
            let below = self.all[child].depth;
            self.drop(child, y + below);
        }
        self.bottom = self.bottom.max(y + self.all[at].h);
    }

    /// Stacks the columns: the middle first, and the others beside what they are joined to.
    fn columns(&mut self, graph: &Graph, index: &HashMap<&str, usize>, tops: &[usize], top: f64) {
        let mut y = top;
        for at in tops.iter().copied() {
            if self.all[at].column != Column::Middle {
                continue;
            }
            self.drop(at, y);
            y = self.all[at].y + self.all[at].h + 2.0 * GAP;
        }
        for column in [Column::Left, Column::Right] {
            let mine: Vec<usize> = tops.iter().copied().filter(|at| self.all[*at].column == column).collect();
            let mut wanted: Vec<(f64, usize)> = mine.iter().map(|at| (self.beside(graph, index, *at), *at)).collect();
            wanted.sort_by(|one, other| one.0.total_cmp(&other.0));
            let mut y = top;
            for (want, at) in wanted {
                let want = if want.is_finite() { want - self.all[at].h / 2.0 } else { y };
                self.drop(at, want.max(y));
                y = self.all[at].y + self.all[at].h + 2.0 * GAP;
            }
        }
    }

    /// The height of what a box, or one in it, is joined to in the middle; without end where nothing is.
    fn beside(&self, graph: &Graph, index: &HashMap<&str, usize>, at: usize) -> f64 {
        let mut heights = Vec::new();
        for line in &graph.lines {
            let (Some(from), Some(to)) = (index.get(line.from.as_str()), index.get(line.to.as_str())) else { continue };
            for (mine, other) in [(*from, *to), (*to, *from)] {
                let declared = line.kind != LineWord::Way;
                if self.top_of(mine) == at && self.all[other].column == Column::Middle && declared {
                    heights.push(self.all[other].y + self.all[other].h.min(60.0) / 2.0);
                }
            }
        }
        if heights.is_empty() { f64::INFINITY } else { heights.iter().sum::<f64>() / heights.len() as f64 }
    }

    fn top_of(&self, at: usize) -> usize {
        self.all[at].parent.map_or(at, |parent| self.top_of(parent))
    }
}

/// Details in lines: as many in one as fit, and none ends in a dot between two.
fn told(details: &[String], room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for detail in details.iter().map(|detail| safe(detail)) {
        let longer = lines.last().map(|last| format!("{last} · {detail}"));
        match longer.filter(|longer| width(longer, SMALL) <= room) {
            Some(longer) => *lines.last_mut().expect("there is a last one") = longer,
            None => lines.extend(wrap(&detail, SMALL, room)),
        }
    }
    lines
}

fn column(kind: &str) -> Column {
    match kind {
        "vnet" | "subnet" | "ase" => Column::Middle,
        "plan" | "app" | "internet" | "addresses" => Column::Left,
        _ => Column::Right,
    }
}

/// How far kind and name of a box go.
fn name_end(graph: &Graph, at: usize) -> f64 {
    let held = &graph.boxes[at];
    width(&held.kind, SMALL) + 6.0 + width(&safe(&held.name), NAME) * 1.08
}

/// How wide the title of a box is, with the numbers of its steps.
fn title_width(graph: &Graph, at: usize) -> f64 {
    name_end(graph, at) + badges(graph, at)
}

/// The same with all details beside it.
fn beside_width(graph: &Graph, at: usize) -> f64 {
    let details = told(&graph.boxes[at].details, f64::INFINITY);
    title_width(graph, at) + details.iter().map(|line| width(line, SMALL) + APART).sum::<f64>()
}

pub(super) fn badges(graph: &Graph, at: usize) -> f64 {
    let steps = graph.boxes[at].steps.len() as f64;
    if steps > 0.0 { steps * BADGE + 6.0 } else { 0.0 }
}

fn chip_width(graph: &Graph, at: usize) -> f64 {
    let held = &graph.boxes[at];
    width(&held.kind, SMALL) + 5.0 + width(&safe(&held.name), SMALL) * 1.08 + 16.0 + badges(graph, at)
}
