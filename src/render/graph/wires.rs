//! The lines of a picture: out of the side of a box, along the space between two columns, into the side of another. None
//! goes through a box.

use super::lanes::{Crossing, Lanes};
use super::layout::{Column, Layout};
use crate::query::answer::{Graph, LineWord};
use std::collections::{BTreeMap, HashMap};

/// Left and right of the columns, and above the lines below the middle one.
pub(super) const EDGE: f64 = 20.0;
const BELOW: f64 = 11.0;

/// A line, corner by corner, and the number of the graph's line.
pub(super) struct Wire {
    pub(super) line: usize,
    pub(super) corners: Vec<(f64, f64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Side {
    Left,
    Right,
}

/// An end of a line at a box.
struct End {
    at: usize,
    side: Side,
    y: f64,
}

/// Draws the lines; the columns move apart as far as they need, and the picture is so wide and so high.
pub(super) fn wires(graph: &Graph, layout: &mut Layout) -> (Vec<Wire>, f64, f64) {
    let index: HashMap<&str, usize> = graph.boxes.iter().enumerate().map(|(at, b)| (b.id.as_str(), at)).collect();
    let mut ends: Vec<(usize, End, End)> = Vec::new();
    for (number, line) in graph.lines.iter().enumerate() {
        let (Some(from), Some(to)) = (index.get(line.from.as_str()), index.get(line.to.as_str())) else { continue };
        if from == to {
            continue;
        }
        let (one, other) = sides(layout, *from, *to, line.kind);
        ends.push((number, End { at: *from, side: one, y: 0.0 }, End { at: *to, side: other, y: 0.0 }));
    }
    ports(layout, &mut ends);
    let has_middle = layout.widths[Column::Middle as usize] > 0.0;
    let mut gutters = [Lanes::default(), Lanes::default()];
    let mut below = middle_bottom(layout);
    let mut passages = Vec::new();
    for (_, one, other) in &ends {
        passages.push(passage(layout, one, other, has_middle, &mut gutters, &mut below));
    }
    let (turns, widths): (Vec<_>, Vec<_>) = gutters.iter().map(Lanes::settled).unzip();
    let [left, middle, right] = layout.widths;
    let any_left = left > 0.0;
    let first = EDGE + left;
    let second = first + if any_left || !gutter_is_empty(&turns[0]) { widths[0] } else { 0.0 } + middle;
    let after = if right > 0.0 || !gutter_is_empty(&turns[1]) { widths[1] } else { 0.0 };
    // Without a middle there is one space between the others.
    let third = if has_middle { second + after } else { first + widths[0].max(56.0) };
    let starts = [EDGE, second - middle, third];
    for placed in &mut layout.all {
        placed.x += starts[placed.column as usize];
    }
    let gutter = [first, second];
    let wires = ends.iter().zip(passages);
    let wires = wires.map(|((line, one, other), passage)| {
        let edge = |end: &End| match end.side {
            Side::Left => (layout.all[end.at].x, end.y),
            Side::Right => (layout.all[end.at].x + layout.all[end.at].w, end.y),
        };
        let turn = |(which, number): (usize, usize)| gutter[which] + turns[which][number];
        let corners = match passage {
            Passage::One(lane) => {
                let x = turn(lane);
                vec![edge(one), (x, one.y), (x, other.y), edge(other)]
            }
            Passage::Below(near, y, far) => {
                let (near, far) = (turn(near), turn(far));
                vec![edge(one), (near, one.y), (near, y), (far, y), (far, other.y), edge(other)]
            }
        };
        Wire { line: *line, corners }
    });
    let wires: Vec<Wire> = wires.collect();
    let wide = third + right + EDGE;
    (wires, wide, layout.bottom.max(below))
}

fn gutter_is_empty(turns: &[f64]) -> bool {
    turns.is_empty()
}

fn middle_bottom(layout: &Layout) -> f64 {
    let middle = layout.all.iter().filter(|placed| placed.column == Column::Middle);
    middle.map(|placed| placed.y + placed.h).fold(0.0, f64::max) + 14.0
}

/// How a line goes: in one space between columns, or in both and below the middle.
enum Passage {
    One((usize, usize)),
    Below((usize, usize), f64, (usize, usize)),
}

fn passage(
    layout: &Layout,
    one: &End,
    other: &End,
    has_middle: bool,
    gutters: &mut [Lanes; 2],
    below: &mut f64,
) -> Passage {
    let column = |end: &End| layout.all[end.at].column;
    let (a, b) = (column(one), column(other));
    let apart = matches!((a, b), (Column::Left, Column::Right) | (Column::Right, Column::Left));
    if apart && has_middle {
        let y = *below;
        *below += BELOW;
        let (left, right) = if a == Column::Left { (one, other) } else { (other, one) };
        let near = (0, gutters[0].take(Crossing::Across(left.y, y)));
        let far = (1, gutters[1].take(Crossing::Across(y, right.y)));
        return if a == Column::Left { Passage::Below(near, y, far) } else { Passage::Below(far, y, near) };
    }
    let gutter = match (one.side, a) {
        _ if !has_middle => 0,
        (Side::Right, Column::Left) | (Side::Left, Column::Middle) => 0,
        _ => 1,
    };
    let crossing = match (one.side, other.side) {
        (Side::Right, Side::Right) => Crossing::AtLeft(one.y, other.y),
        (Side::Left, Side::Left) => Crossing::AtRight(one.y, other.y),
        (Side::Right, Side::Left) => Crossing::Across(one.y, other.y),
        (Side::Left, Side::Right) => Crossing::Across(other.y, one.y),
    };
    Passage::One((gutter, gutters[gutter].take(crossing)))
}

/// The sides by which a line leaves one box and enters another.
fn sides(layout: &Layout, from: usize, to: usize, kind: LineWord) -> (Side, Side) {
    let (a, b) = (layout.all[from].column, layout.all[to].column);
    match (a, b) {
        (Column::Middle, Column::Middle) if kind == LineWord::Peering => (Side::Left, Side::Left),
        (Column::Right, Column::Right) => (Side::Left, Side::Left),
        _ if a == b => (Side::Right, Side::Right),
        _ if a < b => (Side::Right, Side::Left),
        _ => (Side::Left, Side::Right),
    }
}

/// An end at a side: how high the other one is, the line, and whether it begins here.
type Port = (f64, usize, bool);

/// Spreads the ends at each side of a box, those that go up above those that go down.
fn ports(layout: &Layout, ends: &mut [(usize, End, End)]) {
    let middle = |at: usize| layout.all[at].y + layout.all[at].h.min(60.0) / 2.0;
    let mut at_side: BTreeMap<(usize, Side), Vec<Port>> = BTreeMap::new();
    for (number, (_, one, other)) in ends.iter().enumerate() {
        at_side.entry((one.at, one.side)).or_default().push((middle(other.at), number, true));
        at_side.entry((other.at, other.side)).or_default().push((middle(one.at), number, false));
    }
    let alone: Vec<(usize, bool)> =
        at_side.values().filter(|all| all.len() == 1).map(|all| (all[0].1, all[0].2)).collect();
    for ((at, _), mut all) in at_side {
        all.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        let placed = &layout.all[at];
        let count = all.len() as f64;
        for (n, (_, number, is_first)) in all.iter().enumerate() {
            let y = if placed.children.is_empty() {
                placed.y + placed.h * (n as f64 + 1.0) / (count + 1.0)
            } else {
                placed.y + 14.0 + n as f64 * (12.0f64).min((placed.h - 24.0) / count)
            };
            let (_, one, other) = &mut ends[*number];
            if *is_first { one.y = y } else { other.y = y }
        }
    }
    // A line that is nearly straight is made so where its end is the only one there.
    for (number, is_first) in alone {
        let (_, one, other) = &mut ends[number];
        let (mine, far) = if is_first { (one, other.y) } else { (other, one.y) };
        let placed = &layout.all[mine.at];
        if (mine.y - far).abs() < 16.0 && far > placed.y + 6.0 && far < placed.y + placed.h - 6.0 {
            mine.y = far;
        }
    }
}
