//! Amendments as parts that can be put together and left out one by one: texts of fnet, cut and parsed. Not which of
//! them are worth a try.

use crate::source::{SourceId, Span};
use crate::syntax::ast::{Declaration, Item, Statement};
use crate::syntax::{self, split};

/// One change: a declaration, or one line of an `amend`.
#[derive(Clone, Debug)]
pub(super) struct Amendment {
    /// As one writes it.
    pub(super) text: String,
    /// The same parsed.
    pub(super) statement: Statement,
    /// The rule that it answers to.
    pub(super) rule: String,
}

impl Amendment {
    /// What it changes, without the values that are as good as others: a tier, the prefix of a new subnet.
    pub(super) fn shape(&self) -> String {
        let Statement::Amend(Declaration { kind, block: Some(block), .. }) = &self.statement else {
            return self.text.clone();
        };
        match (&*kind.text, block.items.as_slice()) {
            ("plan", [Item::Entry(entry)]) if &*entry.name.text == "tier" => self.cut_at(entry.name.span().end),
            ("vnet", [Item::Entry(entry)]) if &*entry.name.text == "subnet" => {
                let name = entry.groups.first().and_then(|group| group.first());
                self.cut_at(name.map_or(entry.name.span().end, |name| name.span().end))
            }
            _ => self.text.clone(),
        }
    }

    /// The text to paste; a long one on several lines, which may only break where the language lets them.
    pub(super) fn to_paste(&self) -> String {
        let word = match &self.statement {
            Statement::Amend(_) => "amend ",
            Statement::Remove(_) => "remove ",
            _ => "",
        };
        match &self.statement {
            Statement::Amend(d) | Statement::Remove(d) | Statement::Declaration(d)
                if self.text.len() > MOST_COLUMNS =>
            {
                format!("{word}{}", syntax::print_declaration(d, false).trim_end())
            }
            _ => self.text.clone(),
        }
    }

    fn cut_at(&self, end: u32) -> String {
        self.text.get(..end as usize).unwrap_or(&self.text).to_string()
    }

    /// The tier that it gives a plan.
    pub(super) fn tier(&self) -> Option<String> {
        match &self.statement {
            Statement::Amend(Declaration { kind, block: Some(block), .. }) if &*kind.text == "plan" => {
                block.items.iter().find_map(|item| match item {
                    Item::Entry(entry) if &*entry.name.text == "tier" => {
                        Some(entry.groups.first()?.first()?.word()?.plain())
                    }
                    _ => None,
                })
            }
            _ => None,
        }
    }
}

/// The amendments that a search knows, each once.
#[derive(Debug)]
pub(super) struct Amendments {
    known: Vec<Amendment>,
    /// The number of the text that the next one is; no two share their places.
    next: u32,
}

/// How long a statement on one line may be.
const MOST_COLUMNS: usize = 104;

/// What stands for something that only the user knows.
const BLANKS: &[&str] = &["NAME", "ADDRESS", "PREFIX", "GATEWAY", "SUBNET", "PORT", "PORTS", "VALUE", "CIDR", "VNET"];

impl Amendments {
    /// None yet; their texts are numbered from there on.
    pub(super) fn from(next: u32) -> Self {
        Self { known: Vec::new(), next }
    }

    /// The number of the text that comes next.
    pub(super) fn next_number(&self) -> u32 {
        self.next
    }

    pub(super) fn get(&self, at: usize) -> &Amendment {
        &self.known[at]
    }

    /// The statements of some of them.
    pub(super) fn statements(&self, set: &[usize]) -> Vec<Statement> {
        set.iter().map(|at| self.known[*at].statement.clone()).collect()
    }

    /// The numbers of the amendments that a text holds, in order; none where it is advice in words, or leaves something
    /// to fill in.
    pub(super) fn read(&mut self, text: &str, rule: &str) -> Option<Vec<usize>> {
        let blank = |word: &str| BLANKS.contains(&word);
        if text.split(|c: char| !(c.is_alphanumeric() || "-_.\"".contains(c))).any(blank) {
            return None;
        }
        let mut found = Vec::new();
        for single in statements(text)? {
            found.push(self.take(single, rule)?);
        }
        (!found.is_empty()).then_some(found)
    }

    fn take(&mut self, text: String, rule: &str) -> Option<usize> {
        if let Some(at) = self.known.iter().position(|known| known.text == text) {
            return Some(at);
        }
        let statement = one(SourceId(self.next), &text)?;
        self.next += 1;
        self.known.push(Amendment { text, statement, rule: rule.to_string() });
        Some(self.known.len() - 1)
    }
}

/// The one statement that a text is, if it is one that changes something.
fn one(source: SourceId, text: &str) -> Option<Statement> {
    let (mut statements, diagnostics) = syntax::parse(source, text);
    let changes = |statement: &Statement| {
        matches!(statement, Statement::Declaration(_) | Statement::Amend(_) | Statement::Remove(_))
    };
    let statement = statements.pop().filter(|_| statements.is_empty() && diagnostics.is_empty())?;
    changes(&statement).then_some(statement)
}

/// The texts of the statements of a text; an `amend` of several lines is one for each of them.
fn statements(text: &str) -> Option<Vec<String>> {
    let source = SourceId(0);
    let mut diagnostics = Vec::new();
    let mut all = Vec::new();
    for piece in split(source, text, &mut diagnostics) {
        let whole = text.get(piece.start..piece.end)?.trim();
        match one(source, whole)? {
            Statement::Amend(Declaration { kind, head, block: Some(block), .. }) if block.items.len() > 1 => {
                let words = |span: Span| whole.get(span.start as usize..span.end as usize);
                let head = head.last().map_or(kind.span(), |last| kind.span().to(last.span()));
                let head = words(head)?;
                // What is taken away makes room for the line behind it.
                if block.items.iter().any(|item| matches!(item, Item::Remove(..))) {
                    all.push(whole.to_string());
                    continue;
                }
                for item in &block.items {
                    all.push(format!("amend {head} {{ {} }}", words(item.span())?.trim()));
                }
            }
            _ => all.push(whole.to_string()),
        }
    }
    diagnostics.is_empty().then_some(all)
}
