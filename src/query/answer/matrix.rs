//! The answer to `matrix`. Plain data; each cell is worked out as `can` is, those that are alike once.

use super::VerdictWord;
use serde::ser::{SerializeSeq, SerializeStruct};
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// The answer to `matrix`: what may be reached, a column each, and a row for each app.
///
/// ```
/// let mut net = fnet::Session::new();
/// net.load(include_str!("../../../examples/orders.fnet"))?;
/// let fnet::Answer::Matrix(matrix) = net.ask("matrix")? else { unreachable!() };
/// let row = matrix.rows.iter().position(|row| row.source == "app1").unwrap();
/// let vm1 = matrix.targets.iter().position(|target| target.name == "vm1").unwrap();
/// assert_eq!(matrix.cell(row, vm1).unwrap().verdict.word(), "yes");
/// # Ok::<(), fnet::Errors>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixAnswer {
    /// What may be reached, a column each.
    pub targets: Vec<MatrixTarget>,
    /// Every app.
    pub rows: Vec<MatrixRow>,
    /// The cells, each of those that are the same once.
    pub(in crate::query) cells: Vec<MatrixCell>,
}

/// A column of a matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MatrixTarget {
    /// Its name.
    pub name: String,
    /// What it is: `service`, `app`, `host`.
    pub of_kind: String,
    /// The ports that were asked about; empty for all of them.
    pub ports: String,
}

/// A row of a matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixRow {
    /// The app.
    pub source: String,
    /// The place of the cell for each target; rows that are the same share them.
    pub(in crate::query) cells: Arc<[u32]>,
}

/// The place of the cell of an app and itself: there is none.
pub(in crate::query) const ITSELF: u32 = u32::MAX;

/// Whether an app can reach a target.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct MatrixCell {
    /// The verdict.
    pub verdict: VerdictWord,
    /// How a person would see a `no`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Why, in a few words; not told of a matrix of more than a [million](MatrixAnswer::TOLD) cells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// The rule that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
}

impl MatrixAnswer {
    /// Of how many cells at most the headlines are told.
    pub const TOLD: usize = 1_000_000;

    /// How many cells it has, those of the apps and themselves included.
    pub fn size(&self) -> usize {
        self.rows.len() * self.targets.len()
    }

    /// The cell of a row and a column; none for an app and itself.
    ///
    /// # Panics
    ///
    /// When there is no such row or column.
    pub fn cell(&self, row: usize, target: usize) -> Option<&MatrixCell> {
        self.cells.get(self.rows[row].cells[target] as usize)
    }

    /// The cells of a row, in the order of the targets; none for the app itself.
    pub fn cells<'a>(&'a self, row: &'a MatrixRow) -> impl Iterator<Item = Option<&'a MatrixCell>> {
        row.cells.iter().map(|at| self.cells.get(*at as usize))
    }

    /// How often each cell occurs, with those that are the same counted together, the most frequent first.
    pub fn counts(&self) -> Vec<(&MatrixCell, usize)> {
        let mut counts = vec![0; self.cells.len()];
        let mut before: Option<(&Arc<[u32]>, usize)> = None;
        let mut add = |cells: &Arc<[u32]>, times: usize| {
            cells.iter().filter(|at| **at != ITSELF).for_each(|at| counts[*at as usize] += times);
        };
        for row in &self.rows {
            before = match before {
                Some((cells, times)) if Arc::ptr_eq(cells, &row.cells) => Some((cells, times + 1)),
                _ => {
                    before.inspect(|(cells, times)| add(cells, *times));
                    Some((&row.cells, 1))
                }
            };
        }
        before.inspect(|(cells, times)| add(cells, *times));
        let mut all: Vec<(&MatrixCell, usize)> = self.cells.iter().zip(counts).filter(|(_, n)| *n > 0).collect();
        all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        all
    }
}

impl Serialize for MatrixAnswer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("MatrixAnswer", 2)?;
        out.serialize_field("targets", &self.targets)?;
        out.serialize_field("rows", &Rows(self))?;
        out.end()
    }
}

struct Rows<'a>(&'a MatrixAnswer);
struct Row<'a>(&'a MatrixAnswer, &'a MatrixRow);
struct Cells<'a>(&'a MatrixAnswer, &'a MatrixRow);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.rows.iter().map(|row| Row(self.0, row)))
    }
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("MatrixRow", 2)?;
        out.serialize_field("source", &self.1.source)?;
        out.serialize_field("cells", &Cells(self.0, self.1))?;
        out.end()
    }
}

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_seq(Some(self.1.cells.len()))?;
        for cell in self.0.cells(self.1) {
            out.serialize_element(&cell)?;
        }
        out.end()
    }
}
