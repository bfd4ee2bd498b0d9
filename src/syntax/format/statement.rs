//! Statements, declarations and the lines of their blocks, put on the page.

use super::page::{Page, Shape, Written};
use crate::syntax::ast::*;

fn bytes(span: crate::source::Span) -> (usize, usize) {
    (span.start as usize, span.end as usize)
}

/// Nested declarations: what follows the word is a name, and no value that is aligned with those of properties.
const MEMBERS: &[&str] = &["subnet", "slot"];

/// Words that begin a line of another kind, where a blank stands behind them.
const LEADING: &[&str] = &["allow", "deny", "always-allow", "for", "remove"];

impl<'t> Written<'t> for Statement {
    fn place(&self) -> (usize, usize) {
        bytes(self.span())
    }

    fn write(&'t self, page: &mut Page<'t>) {
        match self {
            Self::Edition(word) => {
                page.keyword("edition");
                page.word(word);
            }
            Self::Use { tags, file } => {
                page.keyword(if *tags { "use tags" } else { "use" });
                page.word(file);
            }
            Self::Let { name, values } => {
                page.shape(Shape::Let, "");
                page.keyword("let");
                page.word(name);
                page.column(1);
                page.keyword("=");
                page.values(values);
            }
            Self::For(each) => each.write(page),
            Self::Check { title, body, span } => {
                page.keyword("check");
                page.word(title);
                page.space();
                page.block(body, bytes(title.span()).1, bytes(*span).1 - 1);
            }
            Self::Assert(assertion) => page.assertion(assertion),
            Self::Amend(declaration) => {
                page.keyword("amend");
                page.declaration(declaration);
            }
            Self::Remove(declaration) => {
                page.keyword("remove");
                page.declaration(declaration);
            }
            Self::Query(query) => {
                if query.given.is_none() && matches!(query.ask, Ask::Reach(_)) {
                    page.shape(Shape::Question, "");
                }
                page.query(query);
            }
            Self::Declaration(declaration) => declaration.write(page),
        }
    }
}

impl<'t> Written<'t> for Declaration {
    fn place(&self) -> (usize, usize) {
        bytes(self.span)
    }

    fn write(&'t self, page: &mut Page<'t>) {
        page.shape(Shape::Declaration, &self.kind.text);
        page.declaration(self);
    }
}

impl<'t, T: Written<'t>> Written<'t> for Loop<T> {
    fn place(&self) -> (usize, usize) {
        bytes(self.span)
    }

    fn write(&'t self, page: &mut Page<'t>) {
        page.keyword("for");
        page.word(&self.name);
        page.space();
        page.keyword("in");
        page.values(&self.values);
        page.space();
        let from = span_of(&self.values).map_or(0, |span| bytes(span).1);
        page.block(&self.body, from, bytes(self.span).1 - 1);
    }
}

impl<'t> Written<'t> for Item {
    fn place(&self) -> (usize, usize) {
        bytes(self.span())
    }

    fn write(&'t self, page: &mut Page<'t>) {
        match self {
            Self::Entry(entry) => page.entry(entry),
            Self::Rule(line) => page.rule(line),
            Self::Route(line) => page.route(line),
            Self::Remove(removal) => {
                page.put("remove");
                for group in &removal.groups {
                    page.space();
                    page.values(group);
                }
            }
            Self::For(each) => each.write(page),
        }
    }
}

impl<'t> Page<'t> {
    pub(super) fn declaration(&mut self, declaration: &'t Declaration) {
        self.word(&declaration.kind);
        for (at, part) in declaration.head.iter().enumerate() {
            self.column(at + 1);
            match part {
                Part::Values(values) => self.values(values),
                Part::Arrow { both, .. } => self.put(if *both { "<->" } else { "->" }),
            }
        }
        if let Some(block) = &declaration.block {
            self.column(declaration.head.len() + 1);
            self.braces(block);
        }
    }

    fn braces(&mut self, block: &'t Block) {
        let (start, end) = bytes(block.span);
        self.block(&block.items, start, end - 1);
    }

    pub(super) fn entry(&mut self, entry: &'t Entry) {
        let name = &*entry.name.text;
        let shape = if MEMBERS.contains(&name) { Shape::Member } else { Shape::Property };
        self.shape(shape, name);
        self.word(&entry.name);
        let equals = entry.equals.map(|(before, _)| before as usize);
        for (at, group) in entry.groups.iter().enumerate() {
            let is_equal = equals == Some(at);
            // With a blank behind it, the word would begin a line of another kind.
            if !(is_equal && at == 0 && LEADING.contains(&name)) {
                self.column(at + 1);
            }
            if is_equal {
                self.keyword("=");
            }
            self.values(group);
        }
        if let Some(block) = &entry.block {
            self.column(entry.groups.len() + 1);
            self.braces(block);
        }
    }

    fn rule(&mut self, line: &'t RuleLine) {
        self.shape(Shape::Rule, "");
        if let Some(priority) = &line.priority {
            self.word(priority);
            self.column(1);
        }
        self.word(&line.action);
        if let Some(protocol) = &line.protocol {
            self.column(2);
            self.word(protocol);
        }
        self.column(3);
        if line.resource {
            self.keyword("resource");
        }
        self.values(&line.source);
        if let Some(destination) = &line.destination {
            self.column(4);
            self.keyword("->");
            self.values(destination);
        }
        self.filters(line);
        self.alias(line.alias.as_ref(), 6);
    }

    /// What narrows a line, in the order in which it stands there.
    fn filters(&mut self, line: &'t RuleLine) {
        let mut ignore = line.ignore_missing;
        let mut first = true;
        let mut separate = |page: &mut Self| {
            if std::mem::take(&mut first) { page.column(5) } else { page.space() }
        };
        for header in &line.headers {
            if ignore.is_some_and(|ignore| ignore.start < header.name.span().start) {
                ignore = None;
                separate(self);
                self.put("ignore-missing-endpoint");
            }
            separate(self);
            self.header(header);
        }
        if ignore.is_some() {
            separate(self);
            self.put("ignore-missing-endpoint");
        }
    }

    pub(super) fn header(&mut self, header: &'t HeaderFilter) {
        self.keyword("header");
        self.word(&header.name);
        self.space();
        self.words(&header.values);
    }

    fn route(&mut self, line: &'t RouteLine) {
        self.shape(Shape::Route, "");
        self.value(&line.prefix);
        self.column(1);
        self.keyword("->");
        self.word(&line.hop);
        if let Some(target) = &line.target {
            self.space();
            self.value(target);
        }
        self.alias(line.alias.as_ref(), 2);
    }

    fn alias(&mut self, alias: Option<&'t Word>, column: usize) {
        if let Some(alias) = alias {
            self.column(column);
            self.keyword("as");
            self.word(alias);
        }
    }
}
