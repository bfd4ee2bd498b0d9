//! Questions and assertions, put on the page.

use super::page::{Page, Shape};
use crate::syntax::ast::*;

impl<'t> Page<'t> {
    pub(super) fn query(&mut self, query: &'t Query) {
        if let Some(changes) = &query.given {
            self.keyword("given");
            let from = query.span.start as usize + "given".len();
            let first =
                changes.last().map_or(self.trivia.brace(from).map(|at| at + 1), |last| Some(last.span().end as usize));
            let to = first.and_then(|end| self.trivia.brace(end)).unwrap_or(from);
            self.block(changes, from, to);
            self.space();
        }
        self.ask(&query.ask);
    }

    fn ask(&mut self, ask: &'t Ask) {
        match ask {
            Ask::Reach(reach) => {
                self.named("can", &reach.source);
                // Behind `assert` and `explain` the whole question is one column.
                if self.is_shaped(Shape::Question) {
                    self.column(1)
                } else {
                    self.space()
                }
                self.named("reach", &reach.target);
                self.how(&reach.how);
            }
            Ask::Verb(who, verb) => {
                self.named("can", who);
                self.space();
                self.word(verb);
            }
            Ask::What(who, how) => {
                self.named("what can", who);
                self.space();
                self.put("reach");
                self.how(how);
            }
            Ask::Who(target, how) => {
                self.named("who can reach", target);
                self.how(how);
            }
            Ask::Resolve { name, from, using } => {
                self.named("resolve", name);
                from.iter().for_each(|from| self.clause("from", from));
                using.iter().for_each(|using| self.clause("using", using));
            }
            Ask::Tcpping(app, target) => self.all("tcpping", [Some(app), Some(target), None]),
            Ask::Nameresolver(app, name, server) => {
                self.all("nameresolver", [Some(app), Some(name), server.as_ref()]);
            }
            Ask::Troubleshoot(reach) => self.way("troubleshoot", reach),
            Ask::TroubleshootApp(app) => self.named("troubleshoot", app),
            Ask::Fix(reach) => self.way("fix", reach),
            Ask::ExplainQuery(query) => {
                self.keyword("explain");
                self.query(query);
            }
            Ask::ExplainTopic(words) => {
                self.put("explain");
                for word in words {
                    self.space();
                    self.word(word);
                }
            }
            Ask::Routes(of) => self.named("routes", of),
            Ask::Security(of) => self.named("security", of),
            Ask::NextHop(of, to) => {
                self.named("next-hop", of);
                self.clause("to", to);
            }
            Ask::Features(of) => self.all("features", [of.as_ref(), None, None]),
            Ask::Show(what) => self.all("show", [what.as_ref(), None, None]),
            Ask::Lint => self.put("lint"),
            Ask::Matrix => self.put("matrix"),
            Ask::Diff(file) => self.named("diff", file),
        }
    }

    /// A keyword and the word behind it.
    fn named(&mut self, keyword: &'t str, word: &'t Word) {
        self.keyword(keyword);
        self.word(word);
    }

    /// The same behind something else.
    fn clause(&mut self, keyword: &'t str, word: &'t Word) {
        self.space();
        self.named(keyword, word);
    }

    /// A keyword and what there is of the words.
    fn all(&mut self, keyword: &'t str, words: [Option<&'t Word>; 3]) {
        self.put(keyword);
        for word in words.into_iter().flatten() {
            self.space();
            self.word(word);
        }
    }

    /// From where to where, with an arrow.
    fn way(&mut self, keyword: &'t str, reach: &'t Reach) {
        self.named(keyword, &reach.source);
        self.clause("->", &reach.target);
        self.how(&reach.how);
    }

    fn how(&mut self, how: &'t [How]) {
        for how in how {
            match how {
                How::Over(word) => self.clause("over", word),
                How::FromPort(word) => self.clause("from-port", word),
                How::HostName(word) => self.clause("host-name", word),
                How::For(word) => self.clause("for", word),
                How::Header(header) => {
                    self.space();
                    self.header(header);
                }
                How::Within(values) => {
                    self.space();
                    self.keyword("within");
                    self.values(values);
                }
            }
        }
    }

    pub(super) fn assertion(&mut self, assertion: &'t Assertion) {
        self.keyword("assert");
        self.claim(&assertion.claim);
        for (at, because) in assertion.because.iter().enumerate() {
            if at == 0 {
                self.column(3)
            } else {
                self.space()
            }
            self.named(if because.not { "not because" } else { "because" }, &because.rule);
        }
    }

    fn claim(&mut self, claim: &'t Claim) {
        let can = |can: bool| if can { "can" } else { "cannot" };
        match claim {
            Claim::Reach(reach, is_able) => {
                self.shape(Shape::Able, "");
                self.word(&reach.source);
                self.column(1);
                self.put(can(*is_able));
                self.column(2);
                self.named("reach", &reach.target);
                self.how(&reach.how);
            }
            Claim::Verb(who, verb, is_able) => {
                self.shape(Shape::Able, "");
                self.word(who);
                self.column(1);
                self.put(can(*is_able));
                self.column(2);
                self.word(verb);
            }
            Claim::Only(sources, target, how) => {
                self.keyword("only");
                self.values(sources);
                self.clause("can reach", target);
                self.how(how);
            }
            Claim::Every(kind, target, how, every) => {
                self.shape(Shape::Every, "");
                self.named(if *every { "every" } else { "no" }, kind);
                self.column(1);
                self.named("can reach", target);
                self.how(how);
            }
            Claim::NextHop(query, hop, target) => {
                self.shape(Shape::Is, "");
                self.query(query);
                self.column(1);
                self.named("is", hop);
                if let Some(target) = target {
                    self.space();
                    self.value(target);
                }
            }
            Claim::Is(query, verdict, more) => {
                self.shape(Shape::Is, "");
                self.query(query);
                self.column(1);
                self.all("is", [Some(verdict), more.as_ref(), None]);
            }
            Claim::Finds { query, rule, on, found } => {
                self.shape(Shape::Finds, "");
                self.query(query);
                self.column(1);
                self.named(if *found { "finds" } else { "finds no" }, rule);
                on.iter().for_each(|on| self.clause("on", on));
            }
            Claim::Resolves(source, name, values) => {
                self.shape(Shape::Resolves, "");
                self.word(source);
                self.column(1);
                self.named("resolves", name);
                self.column(2);
                self.keyword("as");
                self.values(values);
            }
        }
    }
}
