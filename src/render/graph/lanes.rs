//! The upright parts of lines between two columns: which of them stands where, so that they cross little and never lie on
//! each other.

/// How far apart they stand.
const PITCH: f64 = 11.0;
/// How far from the boxes.
const MARGIN: f64 = 20.0;

/// From which sides of the space between two columns a line comes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Crossing {
    /// From the column on the left at this height to that on the right at that one.
    Across(f64, f64),
    /// From the left column to it again.
    AtLeft(f64, f64),
    /// From the right column to it again.
    AtRight(f64, f64),
}

impl Crossing {
    fn reach(self) -> (f64, f64) {
        let (Self::Across(a, b) | Self::AtLeft(a, b) | Self::AtRight(a, b)) = self;
        (a.min(b), a.max(b))
    }

    fn is_straight(self) -> bool {
        let (low, high) = self.reach();
        matches!(self, Self::Across(..)) && high - low < 1.0
    }

    /// The order from left to right in which they cross least: what turns back next to its column, shorter ones inside
    /// longer ones; what climbs in the order of its beginnings, what falls against it.
    fn order(self) -> (u8, f64) {
        let (low, high) = self.reach();
        match self {
            Self::AtLeft(..) => (0, high - low),
            Self::Across(from, to) if from > to => (1, from),
            Self::Across(from, _) => (2, -from),
            Self::AtRight(..) => (3, low - high),
        }
    }
}

/// The lines in a space between two columns.
#[derive(Default)]
pub(super) struct Lanes {
    crossings: Vec<Crossing>,
}

impl Lanes {
    /// Takes a line in, and says by which number it is known.
    pub(super) fn take(&mut self, crossing: Crossing) -> usize {
        self.crossings.push(crossing);
        self.crossings.len() - 1
    }

    /// How far from the left each line turns; and how wide the space is.
    pub(super) fn settled(&self) -> (Vec<f64>, f64) {
        let mut order: Vec<usize> = (0..self.crossings.len()).filter(|at| !self.crossings[*at].is_straight()).collect();
        order.sort_by(|one, other| {
            let (one, other) = (self.crossings[*one].order(), self.crossings[*other].order());
            one.0.cmp(&other.0).then(one.1.total_cmp(&other.1))
        });
        let mut turns = vec![MARGIN; self.crossings.len()];
        let mut lanes: Vec<(u8, Vec<(f64, f64)>)> = Vec::new();
        for at in order {
            let reach = self.crossings[at].reach();
            let sort = self.crossings[at].order().0;
            // One that is apart from all of the last lane shares it.
            let shares = lanes.last().is_some_and(|(of, taken)| {
                *of == sort && taken.iter().all(|(low, high)| reach.0 > high + PITCH || reach.1 < low - PITCH)
            });
            if !shares {
                lanes.push((sort, Vec::new()));
            }
            if let Some((_, taken)) = lanes.last_mut() {
                taken.push(reach);
            }
            turns[at] = MARGIN + (lanes.len() as f64 - 1.0) * PITCH;
        }
        (turns, 2.0 * MARGIN + lanes.len().saturating_sub(1) as f64 * PITCH)
    }
}
