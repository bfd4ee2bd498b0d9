//! A round of `for`: `${name}` put into a statement, whatever it is. Not which rounds there are.

use super::ast::*;

/// `${name}` put into copies of what a loop repeats.
pub(super) struct Substitution<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
}

impl Substitution<'_> {
    fn word(&self, word: &Word) -> Word {
        let pattern = format!("${{{}}}", self.name);
        if !word.text.contains(&pattern) {
            return word.clone();
        }
        Word::new(word.text.replace(&pattern, self.value), word.span())
    }

    fn value(&self, value: &Value) -> Value {
        match value {
            Value::Word(word) => Value::Word(self.word(word)),
            Value::Nested(nested) => Value::Nested(Box::new(match &**nested {
                Nested::List(list, span) => Nested::List(self.list(list), *span),
                Nested::Call(name, arguments, span) => Nested::Call(name.clone(), self.list(arguments), *span),
            })),
        }
    }

    fn list(&self, values: &[Value]) -> Vec<Value> {
        values.iter().map(|value| self.value(value)).collect()
    }

    fn values(&self, values: &Values) -> Values {
        values.iter().map(|value| self.value(value)).collect()
    }

    fn maybe(&self, word: &Option<Word>) -> Option<Word> {
        word.as_ref().map(|word| self.word(word))
    }

    fn header(&self, filter: &HeaderFilter) -> HeaderFilter {
        let values = filter.values.iter().map(|word| self.word(word)).collect();
        HeaderFilter { name: self.word(&filter.name), values }
    }

    fn block(&self, block: &Block) -> Block {
        Block { items: block.items.iter().map(|item| self.item(item)).collect(), span: block.span }
    }

    pub(super) fn item(&self, item: &Item) -> Item {
        match item {
            Item::For(each) => Item::For(Box::new(Loop {
                name: each.name.clone(),
                values: self.values(&each.values),
                body: each.body.iter().map(|item| self.item(item)).collect(),
                span: each.span,
            })),
            Item::Rule(line) => Item::Rule(Box::new(RuleLine {
                priority: self.maybe(&line.priority),
                action: line.action.clone(),
                protocol: self.maybe(&line.protocol),
                resource: line.resource,
                source: self.values(&line.source),
                destination: line.destination.as_ref().map(|values| self.values(values)),
                headers: line.headers.iter().map(|filter| self.header(filter)).collect(),
                ignore_missing: line.ignore_missing,
                alias: self.maybe(&line.alias),
                span: line.span,
            })),
            Item::Route(line) => Item::Route(Box::new(RouteLine {
                prefix: self.value(&line.prefix),
                hop: self.word(&line.hop),
                target: line.target.as_ref().map(|value| self.value(value)),
                alias: self.maybe(&line.alias),
                span: line.span,
            })),
            Item::Remove(removal) => {
                let groups = removal.groups.iter().map(|group| self.values(group)).collect();
                Item::Remove(Box::new(Removal { groups, span: removal.span }))
            }
            Item::Entry(entry) => Item::Entry(Box::new(Entry {
                name: self.word(&entry.name),
                groups: entry.groups.iter().map(|group| self.values(group)).collect(),
                equals: entry.equals,
                block: entry.block.as_ref().map(|block| Box::new(self.block(block))),
                span: entry.span,
            })),
        }
    }

    fn declaration(&self, d: &Declaration) -> Declaration {
        let head = d.head.iter().map(|part| match part {
            Part::Values(values) => Part::Values(self.values(values)),
            arrow => arrow.clone(),
        });
        Declaration {
            kind: self.word(&d.kind),
            head: head.collect(),
            block: d.block.as_ref().map(|block| Box::new(self.block(block))),
            span: d.span,
        }
    }

    pub(super) fn statement(&self, statement: &Statement) -> Statement {
        match statement {
            Statement::Edition(word) => Statement::Edition(self.word(word)),
            Statement::Use { tags, file } => Statement::Use { tags: *tags, file: self.word(file) },
            Statement::Let { name, values } => Statement::Let { name: self.word(name), values: self.values(values) },
            Statement::For(each) => Statement::For(Box::new(Loop {
                name: each.name.clone(),
                values: self.values(&each.values),
                body: each.body.iter().map(|s| self.statement(s)).collect(),
                span: each.span,
            })),
            Statement::Check { title, body, span } => Statement::Check {
                title: self.word(title),
                body: body.iter().map(|s| self.statement(s)).collect(),
                span: *span,
            },
            Statement::Assert(assertion) => Statement::Assert(Box::new(self.assertion(assertion))),
            Statement::Amend(d) => Statement::Amend(self.declaration(d)),
            Statement::Remove(d) => Statement::Remove(self.declaration(d)),
            Statement::Query(query) => Statement::Query(Box::new(self.query(query))),
            Statement::Declaration(d) => Statement::Declaration(self.declaration(d)),
        }
    }

    fn assertion(&self, assertion: &Assertion) -> Assertion {
        let claim = match &assertion.claim {
            Claim::Reach(reach, can) => Claim::Reach(self.reach(reach), *can),
            Claim::Verb(what, verb, can) => Claim::Verb(self.word(what), verb.clone(), *can),
            Claim::Only(sources, target, how) => Claim::Only(self.values(sources), self.word(target), self.hows(how)),
            Claim::Every(kind, target, how, every) => {
                Claim::Every(kind.clone(), self.word(target), self.hows(how), *every)
            }
            Claim::NextHop(query, hop, target) => {
                Claim::NextHop(Box::new(self.query(query)), hop.clone(), target.as_ref().map(|value| self.value(value)))
            }
            Claim::Is(query, a, b) => Claim::Is(Box::new(self.query(query)), a.clone(), b.clone()),
            Claim::Finds { query, rule, on, found } => Claim::Finds {
                query: Box::new(self.query(query)),
                rule: self.word(rule),
                on: self.maybe(on),
                found: *found,
            },
            Claim::Resolves(source, name, values) => {
                Claim::Resolves(self.word(source), self.word(name), self.values(values))
            }
        };
        let because = assertion.because.iter().map(|b| Because { rule: self.word(&b.rule), not: b.not }).collect();
        Assertion { claim, because, span: assertion.span }
    }

    fn reach(&self, reach: &Reach) -> Reach {
        Reach { source: self.word(&reach.source), target: self.word(&reach.target), how: self.hows(&reach.how) }
    }

    fn hows(&self, how: &[How]) -> Vec<How> {
        how.iter()
            .map(|how| match how {
                How::Over(word) => How::Over(self.word(word)),
                How::FromPort(word) => How::FromPort(self.word(word)),
                How::Header(filter) => How::Header(self.header(filter)),
                How::HostName(word) => How::HostName(self.word(word)),
                How::For(word) => How::For(self.word(word)),
                How::Within(values) => How::Within(self.values(values)),
            })
            .collect()
    }

    fn query(&self, query: &Query) -> Query {
        let w = |word: &Word| self.word(word);
        let ask = match &query.ask {
            Ask::Reach(reach) => Ask::Reach(self.reach(reach)),
            Ask::Verb(what, verb) => Ask::Verb(w(what), verb.clone()),
            Ask::What(source, how) => Ask::What(w(source), self.hows(how)),
            Ask::Who(target, how) => Ask::Who(w(target), self.hows(how)),
            Ask::Resolve { name, from, using } => {
                Ask::Resolve { name: w(name), from: self.maybe(from), using: self.maybe(using) }
            }
            Ask::Tcpping(app, target) => Ask::Tcpping(w(app), w(target)),
            Ask::Nameresolver(app, name, server) => Ask::Nameresolver(w(app), w(name), self.maybe(server)),
            Ask::Troubleshoot(reach) => Ask::Troubleshoot(self.reach(reach)),
            Ask::TroubleshootApp(app) => Ask::TroubleshootApp(w(app)),
            Ask::Fix(reach) => Ask::Fix(self.reach(reach)),
            Ask::ExplainQuery(query) => Ask::ExplainQuery(Box::new(self.query(query))),
            Ask::ExplainTopic(words) => Ask::ExplainTopic(words.iter().map(w).collect()),
            Ask::Routes(word) => Ask::Routes(w(word)),
            Ask::Security(word) => Ask::Security(w(word)),
            Ask::NextHop(source, address) => Ask::NextHop(w(source), w(address)),
            Ask::Features(word) => Ask::Features(self.maybe(word)),
            Ask::Show(word) => Ask::Show(self.maybe(word)),
            Ask::Lint => Ask::Lint,
            Ask::Matrix => Ask::Matrix,
            Ask::Diff(file) => Ask::Diff(w(file)),
        };
        let given = query.given.as_ref().map(|body| body.iter().map(|s| self.statement(s)).collect());
        Query { given, ask, span: query.span }
    }
}
