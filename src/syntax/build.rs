//! From the parser's nodes to the syntax tree.
//!
//! Every place is taken from the tokens themselves: a node's own span may reach over blanks behind it.

use super::ast::*;
use super::grammar::{Grammar, Rule};
use super::node::{Found, Node, Nodes, flatten};
use super::split::Piece;
use super::trouble;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};
use pest::Parser;
use std::sync::Arc;

/// Builds the statements of one text, one after another.
pub(super) struct Building {
    source: SourceId,
    /// What the words share.
    origin: Arc<Origin>,
    found: Vec<Found>,
}

impl Building {
    pub(super) fn of(source: SourceId, text: &Arc<str>) -> Self {
        Self { source, origin: Origin::of(source, text.clone()), found: Vec::new() }
    }

    /// The statement of a piece, or a diagnostic of what stands there instead.
    pub(super) fn statement(
        &mut self,
        text: &str,
        piece: Piece,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Statement> {
        let slice = &text[piece.start..piece.end];
        match Grammar::parse(Rule::piece, slice) {
            Ok(nodes) => flatten(nodes, &mut self.found),
            Err(error) => {
                diagnostics.push(trouble::statement(self.source, piece.start, slice, &error));
                return None;
            }
        }
        let (source, origin) = (self.source, &self.origin);
        let builder = Builder { source, origin, base: piece.start, diagnostics: diagnostics.into() };
        let whole = Node::outermost(slice, &self.found)?;
        whole.inner().next().map(|inner| builder.statement(inner))
    }
}

struct Builder<'d> {
    source: SourceId,
    origin: &'d Arc<Origin>,
    base: usize,
    diagnostics: std::cell::RefCell<&'d mut Vec<Diagnostic>>,
}

impl Builder<'_> {
    fn span(&self, node: &Node<'_>) -> Span {
        self.span_of(node, node.text())
    }

    fn span_of(&self, node: &Node<'_>, text: &str) -> Span {
        let start = self.base + node.start();
        Span::new(self.source, start, start + text.len())
    }

    fn word(&self, node: Node<'_>) -> Word {
        let start = self.base + node.start();
        Word::read(self.origin, start, start + node.text().len())
    }

    fn next_word(&self, nodes: &mut Nodes<'_>) -> Word {
        self.word(nodes.next().expect("the grammar has a word here"))
    }

    fn value(&self, node: Node<'_>) -> Value {
        match node.rule() {
            Rule::list => Value::list(node.inner().map(|p| self.value(p)).collect(), self.span(&node)),
            Rule::call => {
                let mut inner = node.inner();
                let name = self.next_word(&mut inner);
                let arguments = inner.map(|p| self.value(p)).collect();
                Value::Nested(Box::new(Nested::Call(name, arguments, self.span(&node))))
            }
            _ => Value::Word(self.word(node)),
        }
    }

    fn values(&self, node: Node<'_>) -> Values {
        node.inner().map(|p| self.value(p)).collect()
    }

    fn statement(&self, node: Node<'_>) -> Statement {
        let span = self.span(&node);
        let rule = node.rule();
        let mut inner = node.inner();
        match rule {
            Rule::edition => Statement::Edition(self.next_word(&mut inner)),
            Rule::r#use => {
                let first = inner.next().expect("`use` names a file");
                let tags = first.rule() == Rule::tags;
                let file = if tags { self.next_word(&mut inner) } else { self.word(first) };
                Statement::Use { tags, file }
            }
            Rule::bind => {
                let name = self.next_word(&mut inner);
                Statement::Let { name, values: self.values(inner.next().expect("`let` has values")) }
            }
            Rule::each => {
                let name = self.next_word(&mut inner);
                let values = self.values(inner.next().expect("`for` has values"));
                let body = self.body(inner.next().expect("`for` has a body"));
                Statement::For(Box::new(Loop { name, values, body, span }))
            }
            Rule::check => {
                let title = self.next_word(&mut inner);
                Statement::Check { title, body: self.body(inner.next().expect("`check` has a body")), span }
            }
            Rule::assert => Statement::Assert(Box::new(self.assertion(inner, span))),
            Rule::amend => Statement::Amend(self.declaration(inner, span)),
            Rule::drop => Statement::Remove(self.declaration(inner, span)),
            Rule::declaration => Statement::Declaration(self.declaration(inner, span)),
            _ => Statement::Query(Box::new(self.query(node))),
        }
    }

    fn body(&self, node: Node<'_>) -> Vec<Statement> {
        node.inner().map(|p| self.statement(p)).collect()
    }

    fn declaration(&self, mut inner: Nodes<'_>, span: Span) -> Declaration {
        let kind = self.next_word(&mut inner);
        let mut head = Vec::new();
        let mut block = None;
        for node in inner {
            match node.rule() {
                Rule::head => {
                    head = node
                        .inner()
                        .map(|part| match part.rule() {
                            Rule::arrow => Part::Arrow { both: part.text() == "<->", span: self.span(&part) },
                            _ => Part::Values(self.values(part)),
                        })
                        .collect();
                }
                _ => block = Some(Box::new(self.block(node))),
            }
        }
        Declaration { kind, head, block, span }
    }

    fn block(&self, node: Node<'_>) -> Block {
        let span = self.span(&node);
        let inner = node.inner();
        let mut items = Vec::with_capacity(inner.len());
        items.extend(inner.filter_map(|item| self.item(item)));
        Block { items, span }
    }

    fn item(&self, node: Node<'_>) -> Option<Item> {
        let span = self.span(&node);
        let rule = node.rule();
        let text = node.text();
        let mut inner = node.inner();
        Some(match rule {
            Rule::r#loop => {
                let name = self.next_word(&mut inner);
                let values = self.values(inner.next()?);
                let body = self.block(inner.next()?).items;
                Item::For(Box::new(Loop { name, values, body, span }))
            }
            Rule::rule_line => Item::Rule(Box::new(self.rule_line(inner, span))),
            Rule::route => {
                let prefix = self.value(inner.next()?);
                let hop = self.next_word(&mut inner);
                let (mut target, mut alias) = (None, None);
                for node in inner {
                    match node.rule() {
                        Rule::alias => alias = node.inner().next().map(|p| self.word(p)),
                        _ => target = Some(self.value(node)),
                    }
                }
                Item::Route(Box::new(RouteLine { prefix, hop, target, alias, span }))
            }
            Rule::removal => {
                let groups = inner.map(|p| self.values(p)).collect();
                Item::Remove(Box::new(Removal { groups, span }))
            }
            Rule::entry => Item::Entry(Box::new(self.entry(inner, span))),
            _ => {
                let offset = (span.start as usize) - self.base;
                let found = trouble::line(self.source, self.base + offset, text);
                self.diagnostics.borrow_mut().push(found);
                return None;
            }
        })
    }

    fn entry(&self, mut inner: Nodes<'_>, span: Span) -> Entry {
        let name = self.next_word(&mut inner);
        let (mut equals, mut block, mut before) = (None, None, 0);
        let groups = inner.filter_map(|node| {
            match node.rule() {
                Rule::equals if equals.is_some() => self.once("=", self.span(&node)),
                Rule::equals => equals = Some((before, self.span(&node))),
                Rule::block => block = Some(Box::new(self.block(node))),
                _ => {
                    before += 1;
                    return Some(self.values(node));
                }
            }
            None
        });
        Entry { name, groups: groups.collect(), equals, block, span }
    }

    /// What the tree has one place for stands on a line a second time.
    fn once(&self, word: &str, span: Span) {
        let twice =
            Diagnostic::error("FN0101", span, format!("`{word}` is not expected here: the line has one already"));
        self.diagnostics.borrow_mut().push(twice);
    }

    fn rule_line(&self, inner: Nodes<'_>, span: Span) -> RuleLine {
        let mut headers = Vec::new();
        let mut line = RuleLine {
            priority: None,
            action: Word::read(self.origin, span.start as usize, span.start as usize),
            protocol: None,
            resource: false,
            source: Values::default(),
            destination: None,
            headers: Box::default(),
            ignore_missing: None,
            alias: None,
            span,
        };
        for node in inner {
            match node.rule() {
                Rule::priority => line.priority = Some(self.word(node)),
                Rule::action => line.action = self.word(node),
                Rule::protocol => line.protocol = Some(self.word(node)),
                Rule::resource => line.resource = true,
                Rule::filter => {
                    let Some(inner) = node.inner().next() else { continue };
                    match inner.rule() {
                        Rule::header => headers.push(self.header(inner)),
                        _ if line.ignore_missing.is_some() => self.once(inner.text(), self.span(&inner)),
                        _ => line.ignore_missing = Some(self.span(&inner)),
                    }
                }
                Rule::alias => line.alias = node.inner().next().map(|p| self.word(p)),
                _ if line.source.is_empty() => line.source = self.values(node),
                _ => line.destination = Some(self.values(node)),
            }
        }
        line.headers = headers.into();
        line
    }

    fn header(&self, node: Node<'_>) -> HeaderFilter {
        let mut inner = node.inner();
        let name = self.next_word(&mut inner);
        HeaderFilter { name, values: inner.map(|p| self.word(p)).collect() }
    }

    fn query(&self, node: Node<'_>) -> Query {
        let span = self.span(&node);
        if node.rule() == Rule::given {
            let mut inner = node.inner();
            let changes = self.body(inner.next().expect("`given` has a body"));
            let asked = self.query(inner.next().expect("`given` has a query"));
            return Query { given: Some(changes), ask: asked.ask, span };
        }
        Query { given: None, ask: self.ask(node), span }
    }

    fn ask(&self, node: Node<'_>) -> Ask {
        let rule = node.rule();
        let mut inner = node.inner();
        match rule {
            Rule::reach => Ask::Reach(self.ends_of(&mut inner)),
            Rule::verb => Ask::Verb(self.next_word(&mut inner), self.next_word(&mut inner)),
            Rule::what => Ask::What(self.next_word(&mut inner), self.how(inner)),
            Rule::who => Ask::Who(self.next_word(&mut inner), self.how(inner)),
            Rule::resolve => {
                let name = self.next_word(&mut inner);
                let (mut from, mut using) = (None, None);
                for node in inner {
                    let from_here = node.rule() == Rule::from;
                    let word = node.inner().next().map(|p| self.word(p));
                    if from_here { from = word } else { using = word }
                }
                Ask::Resolve { name, from, using }
            }
            Rule::tcpping => Ask::Tcpping(self.next_word(&mut inner), self.next_word(&mut inner)),
            Rule::nameresolver => {
                let (app, name) = (self.next_word(&mut inner), self.next_word(&mut inner));
                Ask::Nameresolver(app, name, inner.next().map(|p| self.word(p)))
            }
            Rule::troubleshoot => {
                let source = self.next_word(&mut inner);
                match inner.next() {
                    Some(target) => {
                        Ask::Troubleshoot(Reach { source, target: self.word(target), how: self.how(inner) })
                    }
                    None => Ask::TroubleshootApp(source),
                }
            }
            Rule::fix => Ask::Fix(self.ends_of(&mut inner)),
            Rule::explain => {
                let what = inner.next().expect("`explain` names something");
                match what.rule() {
                    Rule::topic => Ask::ExplainTopic(what.inner().map(|p| self.word(p)).collect()),
                    _ => Ask::ExplainQuery(Box::new(self.query(what))),
                }
            }
            Rule::routes => Ask::Routes(self.next_word(&mut inner)),
            Rule::security => Ask::Security(self.next_word(&mut inner)),
            Rule::next_hop => Ask::NextHop(self.next_word(&mut inner), self.next_word(&mut inner)),
            Rule::features => Ask::Features(inner.next().map(|p| self.word(p))),
            Rule::show => Ask::Show(inner.next().map(|p| self.word(p))),
            Rule::lint => Ask::Lint,
            Rule::matrix => Ask::Matrix,
            _ => Ask::Diff(self.next_word(&mut inner)),
        }
    }

    fn ends_of(&self, inner: &mut Nodes<'_>) -> Reach {
        let (source, target) = (self.next_word(inner), self.next_word(inner));
        Reach { source, target, how: self.how(inner.by_ref()) }
    }

    fn how<'t>(&self, nodes: impl Iterator<Item = Node<'t>>) -> Vec<How> {
        nodes
            .filter(|node| node.rule() == Rule::how)
            .filter_map(|node| node.inner().next())
            .filter_map(|node| {
                let rule = node.rule();
                if rule == Rule::header {
                    return Some(How::Header(self.header(node)));
                }
                let inner = node.inner().next()?;
                Some(match rule {
                    Rule::over => How::Over(self.word(inner)),
                    Rule::from_port => How::FromPort(self.word(inner)),
                    Rule::host_name => How::HostName(self.word(inner)),
                    Rule::traffic => How::For(self.word(inner)),
                    _ => How::Within(self.values(inner)),
                })
            })
            .collect()
    }

    fn assertion(&self, mut inner: Nodes<'_>, span: Span) -> Assertion {
        let claim = self.claim(inner.next().expect("`assert` has a claim"));
        let because = inner.map(|node| {
            let mut inner = node.inner();
            let not = inner.peek().is_some_and(|p| p.rule() == Rule::not);
            if not {
                inner.next();
            }
            Because { rule: self.next_word(&mut inner), not }
        });
        let because = because.collect();
        Assertion { claim, because, span }
    }

    fn claim(&self, node: Node<'_>) -> Claim {
        let rule = node.rule();
        let mut inner = node.inner();
        match rule {
            Rule::only => {
                let sources = self.values(inner.next().expect("`only` has sources"));
                Claim::Only(sources, self.next_word(&mut inner), self.how(inner))
            }
            Rule::every | Rule::none => {
                let (kind, target) = (self.next_word(&mut inner), self.next_word(&mut inner));
                Claim::Every(kind, target, self.how(inner), rule == Rule::every)
            }
            Rule::hop_is => {
                let asked = self.query(inner.next().expect("`next-hop` is asked"));
                let hop = self.next_word(&mut inner);
                Claim::NextHop(Box::new(asked), hop, inner.next().map(|p| self.value(p)))
            }
            Rule::is => {
                let asked = self.query(inner.next().expect("a query is asked"));
                let verdict = self.next_word(&mut inner);
                Claim::Is(Box::new(asked), verdict, inner.next().map(|p| self.word(p)))
            }
            Rule::finds => {
                let query = Box::new(self.query(inner.next().expect("`lint` is asked")));
                let mut next = inner.next();
                let found = next.as_ref().is_none_or(|p| p.rule() != Rule::absent);
                if !found {
                    next = inner.next();
                }
                let rule = self.word(next.expect("`finds` has a rule"));
                let on = inner.next().and_then(|p| p.inner().next()).map(|p| self.word(p));
                Claim::Finds { query, rule, on, found }
            }
            Rule::resolves => {
                let (source, name) = (self.next_word(&mut inner), self.next_word(&mut inner));
                Claim::Resolves(source, name, self.values(inner.next().expect("`as` has values")))
            }
            _ => {
                let source = self.next_word(&mut inner);
                let can = inner.next().is_some_and(|p| p.text() == "can");
                let next = self.next_word(&mut inner);
                if matches!(&*next.text, "fire" | "scale" | "start") {
                    return Claim::Verb(source, next, can);
                }
                Claim::Reach(Reach { source, target: next, how: self.how(inner) }, can)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use crate::source::SourceId;

    #[track_caller]
    fn reads(text: &str) -> Vec<super::Statement> {
        let (statements, diagnostics) = parse(SourceId(0), text);
        assert!(diagnostics.is_empty(), "{text}\n{diagnostics:#?}");
        statements
    }

    #[test]
    fn a_place_ends_where_its_words_end() {
        let text = "vnet hub 10.0.0.0/16   # the hub\nnsg a {   }  \n";
        let statements = reads(text);
        let super::Statement::Declaration(vnet) = &statements[0] else { panic!() };
        assert_eq!((vnet.span.start, vnet.span.end), (0, 20));
    }
}
