//! What the parser found in one statement, flat: a node for each pair, in the order of the text, and a cursor over them.
//!
//! pest's own pairs count references and walk the queue at every step; a statement is walked once, so the queue is
//! read once and its buffer kept for the next statement. Knows no tree: that is for [`super::build`].

use super::grammar::Rule;
use pest::Token;
use pest::iterators::Pairs;

/// One pair: its rule, its bytes, and the number of the first node that is not inside it.
#[derive(Clone, Copy)]
pub(super) struct Found {
    rule: Rule,
    start: u32,
    end: u32,
    beyond: u32,
}

/// Reads the pairs of a statement into `found`, which is emptied first.
pub(super) fn flatten(pairs: Pairs<'_, Rule>, found: &mut Vec<Found>) {
    found.clear();
    let mut open = Vec::with_capacity(16);
    for token in pairs.tokens() {
        match token {
            Token::Start { rule, pos } => {
                open.push(found.len());
                found.push(Found { rule, start: pos.pos() as u32, end: 0, beyond: 0 });
            }
            Token::End { pos, .. } => {
                let beyond = found.len() as u32;
                if let Some(node) = open.pop().and_then(|at| found.get_mut(at)) {
                    node.end = pos.pos() as u32;
                    node.beyond = beyond;
                }
            }
        }
    }
}

/// One pair of a statement.
#[derive(Clone, Copy)]
pub(super) struct Node<'t> {
    text: &'t str,
    all: &'t [Found],
    at: u32,
}

impl<'t> Node<'t> {
    /// The outermost pair of a statement.
    pub(super) fn outermost(text: &'t str, all: &'t [Found]) -> Option<Self> {
        (!all.is_empty()).then_some(Self { text, all, at: 0 })
    }

    fn found(&self) -> &'t Found {
        &self.all[self.at as usize]
    }

    pub(super) fn rule(&self) -> Rule {
        self.found().rule
    }

    /// Its first byte in the statement.
    pub(super) fn start(&self) -> usize {
        self.found().start as usize
    }

    /// Its text, without the blanks that it may reach over at its end.
    pub(super) fn text(&self) -> &'t str {
        let found = self.found();
        let text = &self.text[found.start as usize..found.end as usize];
        if text.as_bytes().last().is_some_and(u8::is_ascii_graphic) { text } else { text.trim_end() }
    }

    /// The pairs in it.
    pub(super) fn inner(self) -> Nodes<'t> {
        Nodes { text: self.text, all: self.all, at: self.at + 1, end: self.found().beyond }
    }
}

/// Pairs beside each other.
#[derive(Clone)]
pub(super) struct Nodes<'t> {
    text: &'t str,
    all: &'t [Found],
    at: u32,
    end: u32,
}

impl<'t> Nodes<'t> {
    pub(super) fn peek(&self) -> Option<Node<'t>> {
        (self.at < self.end).then_some(Node { text: self.text, all: self.all, at: self.at })
    }
}

impl<'t> Iterator for Nodes<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        let node = self.peek()?;
        self.at = node.found().beyond;
        Some(node)
    }

    /// Exact, so that what is collected takes no more room than it needs.
    fn size_hint(&self) -> (usize, Option<usize>) {
        let (mut at, mut count) = (self.at, 0);
        while at < self.end {
            at = self.all[at as usize].beyond;
            count += 1;
        }
        (count, Some(count))
    }
}

impl ExactSizeIterator for Nodes<'_> {}
