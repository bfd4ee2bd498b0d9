//! Lists of lines of which the first that matches a flow decides it: what they permit, exactly, and where two differ.
//! Knows neither whose list it is, nor what stands behind it.

mod change;
mod ground;
mod idle;
mod limits;

pub use change::Difference;
pub use idle::Cover;

use super::diagram::{Address, Arena, Half, Id, Map, NO, ORDER, Parts, YES};
use super::{FlowBox, FlowSet, OneFlow};
use limits::Limits;

/// A line: some flows, and whether they pass.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// The flows that it matches.
    pub flows: FlowBox,
    /// Do they pass?
    pub allow: bool,
}

/// A list of lines of which the first that matches a flow decides it. What no line matches does not pass.
///
/// ```
/// use fnet::net::{AddressSet, LineList, FlowBox, IpNet, Line, PortSet};
/// let to = |text: &str, port: u16| FlowBox {
///     destinations: AddressSet::from(text.parse::<IpNet>().unwrap()),
///     ports: PortSet::one(port),
///     ..FlowBox::all()
/// };
/// let lines = [("10.0.0.0/9", true), ("10.128.0.0/9", false), ("10.0.0.0/8", true)];
/// let list = LineList::of(lines.map(|(text, allow)| Line { flows: to(text, 443), allow }));
/// // The third line never decides: the first two are before it, together.
/// let idle = list.idle();
/// assert_eq!((idle[0].line, &*idle[0].by), (2, &[0, 1][..]));
/// assert_eq!(list.permitted().destinations().to_string(), "10.0.0.0/9");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineList {
    lines: Vec<Line>,
    /// Those of each line.
    limits: Vec<Limits>,
}

impl FromIterator<Line> for LineList {
    fn from_iter<I: IntoIterator<Item = Line>>(lines: I) -> Self {
        Self::of(lines)
    }
}

/// What lines lead to where the actions are asked for; undecided is [`NO`].
const DENIED: Id = 2;

impl LineList {
    /// The list of these lines, in this order.
    pub fn of(lines: impl IntoIterator<Item = Line>) -> Self {
        let lines: Vec<Line> = lines.into_iter().collect();
        let limits = lines.iter().map(|line| Limits::of(&line.flows)).collect();
        Self { lines, limits }
    }

    /// Its lines.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The list without some of its lines.
    pub fn without(&self, left_out: &[usize]) -> Self {
        let kept = self.lines.iter().enumerate().filter(|(at, _)| !left_out.contains(at));
        Self::of(kept.map(|(_, line)| line.clone()))
    }

    /// The number of the line that decides a flow.
    pub fn decides(&self, flow: &OneFlow) -> Option<usize> {
        self.lines.iter().position(|line| line.flows.contains(flow))
    }

    /// Does a flow pass?
    pub fn permits(&self, flow: &OneFlow) -> bool {
        self.decides(flow).is_some_and(|line| self.lines[line].allow)
    }

    /// The numbers of the lines that may meet a box, ascending.
    fn near<'l>(&'l self, limits: &'l Limits) -> impl Iterator<Item = usize> + 'l {
        self.limits.iter().enumerate().filter(|(_, own)| own.meet(limits)).map(|(at, _)| at)
    }

    fn boxes(&self) -> impl Iterator<Item = &FlowBox> {
        self.lines.iter().map(|line| &line.flows)
    }

    /// The flows that pass.
    pub fn permitted(&self) -> FlowSet {
        FlowSet::of_halves(self.permitted_half(), self.permitted_half())
    }

    fn permitted_half<T: Address>(&self) -> Half<T> {
        let parts = Parts::of(self.boxes());
        let mut arena = Arena::new(3, 8 * parts.list.len());
        let root = actions(&mut arena, &parts, |owner| self.lines[owner as usize].allow);
        Half::of(&arena, root, &parts.space)
    }

    /// Of every line the flows that it decides.
    pub fn decided(&self) -> Vec<FlowSet> {
        let (four, six) = (self.decided_halves(), self.decided_halves());
        four.into_iter().zip(six).map(|(four, six)| FlowSet::of_halves(four, six)).collect()
    }

    fn decided_halves<T: Address>(&self) -> Vec<Half<T>> {
        let parts = Parts::of(self.boxes());
        let count = self.lines.len() as u32;
        let mut arena = Arena::new(count + 1, 8 * parts.list.len());
        let root = parts.diagram(&mut arena, |owner| owner + 1, &ORDER);
        // From the bottom up: of every node the lines below it, each with the set of its flows.
        let mut sets = Arena::new(2, arena.len());
        let mut known: Map<Id, Vec<(Id, Id)>> = Map::default();
        let below = |id: Id, known: &Map<Id, Vec<(Id, Id)>>| match id {
            NO => Vec::new(),
            line if line <= count => vec![(line, YES)],
            node => known[&node].clone(),
        };
        for id in arena.below(root) {
            let edges = arena.edges(id).to_vec();
            let under: Vec<Vec<(Id, Id)>> = edges.iter().map(|edge| below(edge.to, &known)).collect();
            let mut lines: Vec<Id> = under.iter().flatten().map(|(line, _)| *line).collect();
            lines.sort_unstable();
            lines.dedup();
            let set_of = |line: Id| {
                let lead = |all: &Vec<(Id, Id)>| {
                    all.binary_search_by_key(&line, |(line, _)| *line).map_or(NO, |found| all[found].1)
                };
                let runs: Vec<_> = edges.iter().zip(&under).map(|(edge, all)| edge.leading(lead(all))).collect();
                (line, sets.node(arena.level(id), runs))
            };
            known.insert(id, lines.into_iter().map(set_of).collect());
        }
        let of_line: Map<Id, Id> = below(root, &known).into_iter().collect();
        let half = |line: Id| Half::of(&sets, of_line.get(&line).copied().unwrap_or(NO), &parts.space);
        (1..=count).map(half).collect()
    }

    /// The flows that no line decides.
    pub fn undecided(&self) -> FlowSet {
        FlowSet::of_all(self.boxes()).complement()
    }
}

/// The flows that pass, of a list in classes.
fn actions<T: Address>(arena: &mut Arena, parts: &Parts<T>, allows: impl Fn(u32) -> bool) -> Id {
    let root = parts.diagram(arena, |owner| if allows(owner) { YES } else { DENIED }, &ORDER);
    arena.relabelled(root, &|label| if label == YES { YES } else { NO })
}
