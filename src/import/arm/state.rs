//! What the evaluation of templates knows and finds: the instances of resources, placeholders, what is wrong. It keeps, and
//! evaluates nothing itself.

use super::deployment::{Place, Scope};
use super::expression::{self, NotExpression};
use super::trouble::{Trouble, Wrong};
use crate::diagnostic::Diagnostic;
use crate::import::found::{Placeholder, Unknown};
use crate::import::json::{Json, Value};
use crate::platform::Platform;
use crate::source::Span;
use indexmap::IndexMap;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// How many values templates may make out of expressions, in all: those of variables and parameters count each time.
const VALUES: usize = 4_000_000;

/// How many rounds their loops may make, in all.
const ROUNDS: usize = 100_000;

/// How deep evaluation may be nested: values in values, functions in functions, deployments in deployments.
const DEPTH: usize = 200;

/// A value that is made when it is first asked for.
#[derive(Clone, Debug)]
pub(super) enum Memo<T> {
    /// It is being made: who asks for it now asks in a circle.
    Busy,
    Done(T),
}

/// A resource of a template, or one round of its loop.
#[derive(Debug)]
pub(super) struct Instance<'t> {
    pub raw: &'t Json,
    /// Where its expressions are evaluated.
    pub scope: Scope<'t>,
    /// Where it is deployed.
    pub place: Place,
    pub kind: String,
    pub name: String,
    pub id: String,
    pub is_existing: bool,
    /// What stands in it, evaluated.
    pub body: RefCell<Option<Memo<Rc<Json>>>>,
    /// The template of a deployment.
    pub nested: RefCell<Option<Rc<super::deployment::Nested<'t>>>>,
}

/// The state of an evaluation.
pub(super) struct State<'t> {
    pub platform: Platform,
    pub instances: RefCell<Vec<Rc<Instance<'t>>>>,
    /// Instances by their ids in lower case.
    pub by_id: RefCell<HashMap<String, usize>>,
    pub diagnostics: RefCell<Vec<Diagnostic>>,
    pub placeholders: RefCell<IndexMap<String, Placeholder>>,
    /// Parameters that decide and have no value, and a place that needs each.
    pub wanted: RefCell<IndexMap<String, Span>>,
    /// The places of what has been told.
    told: RefCell<HashSet<(Span, String)>>,
    expressions: RefCell<HashMap<String, Rc<Result<expression::Read, NotExpression>>>>,
    values: Cell<usize>,
    rounds: Cell<usize>,
    depth: Cell<usize>,
}

/// One level of evaluation, left where it is dropped.
pub(super) struct Level<'s>(&'s Cell<usize>);

impl Drop for Level<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

impl<'t> State<'t> {
    pub(super) fn new(platform: Platform) -> Self {
        Self {
            platform,
            instances: RefCell::default(),
            by_id: RefCell::default(),
            diagnostics: RefCell::default(),
            placeholders: RefCell::default(),
            wanted: RefCell::default(),
            told: RefCell::default(),
            expressions: RefCell::default(),
            values: Cell::new(0),
            rounds: Cell::new(0),
            depth: Cell::new(0),
        }
    }

    /// Goes one level deeper.
    pub(super) fn level(&self) -> Result<Level<'_>, Trouble> {
        if self.depth.get() >= DEPTH {
            return Err(Trouble::large("it is nested too deep to be evaluated"));
        }
        self.depth.set(self.depth.get() + 1);
        Ok(Level(&self.depth))
    }

    /// Counts the rounds of a loop.
    pub(super) fn go_round(&self, count: usize) -> Result<(), Trouble> {
        let all = self.rounds.get().saturating_add(count);
        if all > ROUNDS {
            return Err(Trouble::large(format!("the loops of the template make more than {ROUNDS} rounds")));
        }
        self.rounds.set(all);
        Ok(())
    }

    /// Counts a value that is used again.
    pub(super) fn charge(&self, json: &Json) -> Result<(), Trouble> {
        let (count, depth) = size(json);
        let all = self.values.get().saturating_add(count);
        if all > VALUES || depth > DEPTH {
            return Err(Trouble::large("the values of the template grow too large"));
        }
        self.values.set(all);
        Ok(())
    }

    /// An expression by its text, read once.
    pub(super) fn expression(&self, text: &str) -> Rc<Result<expression::Read, NotExpression>> {
        if let Some(read) = self.expressions.borrow().get(text) {
            return read.clone();
        }
        let read = Rc::new(expression::read(text));
        self.expressions.borrow_mut().insert(text.into(), read.clone());
        read
    }

    /// A text that stands for a value which is not known.
    pub(super) fn placeholder(&self, text: String, stands_for: Unknown, at: Span) -> Json {
        let placeholder = Placeholder { text: text.clone(), stands_for, at };
        self.placeholders.borrow_mut().entry(text.clone()).or_insert(placeholder);
        Json::of_text(at, text)
    }

    /// What a text rests on that is not known.
    pub(super) fn unknown_in(&self, text: &str) -> Option<Unknown> {
        if !text.contains('{') {
            return None;
        }
        let all = self.placeholders.borrow();
        if let Some(known) = all.get(text) {
            return Some(known.stands_for.clone());
        }
        let inside = |placeholder: &&Placeholder| placeholder.text.starts_with('{') && text.contains(&placeholder.text);
        all.values().find(inside).map(|placeholder| placeholder.stands_for.clone())
    }

    /// Does a value stand for one that is not known?
    pub(super) fn unknown(&self, json: &Json) -> Option<Unknown> {
        json.text().and_then(|text| self.unknown_in(text))
    }

    /// Notes that a parameter decides.
    pub(super) fn want(&self, name: &str, at: Span) {
        self.wanted.borrow_mut().entry(name.into()).or_insert(at);
    }

    /// Tells a diagnostic, once at a place: loops come by often.
    pub(super) fn tell(&self, diagnostic: Diagnostic) {
        let at = diagnostic.span().map(|span| (span, diagnostic.message.clone()));
        if at.is_none_or(|at| self.told.borrow_mut().insert(at)) {
            self.diagnostics.borrow_mut().push(diagnostic);
        }
    }

    /// Tells what is wrong with the expression that stands at a place: an error where the network rests on it.
    pub(super) fn tell_wrong(&self, wrong: Wrong, holder: &Json, decides: bool) {
        // With escapes in the string, its bytes are not those of the text.
        let is_plain = holder.text().is_some_and(|text| text.len() + 2 == (holder.at.end - holder.at.start) as usize);
        let at = match &wrong.at {
            Some(at) if is_plain => holder.at.part(at.start + 1, at.end.max(at.start + 1) + 1),
            _ => holder.at,
        };
        let diagnostic = match decides {
            true => Diagnostic::error(wrong.code, at, wrong.message),
            false => {
                Diagnostic::warning(wrong.code, at, wrong.message).note("what the expression stands for is left open")
            }
        };
        self.tell(diagnostic.maybe_help(wrong.help));
    }
}

/// How many values there are in one, and how deep they are nested.
fn size(json: &Json) -> (usize, usize) {
    let all = |of: &mut dyn Iterator<Item = &Json>| {
        of.map(size).fold((1, 1), |(count, depth), (inner, deep)| (count + inner, depth.max(deep + 1)))
    };
    match &json.value {
        Value::List(list) => all(&mut list.iter()),
        Value::Map(map) => all(&mut map.iter().map(|(_, value)| value)),
        Value::Text(text) => (1 + text.len() / 64, 1),
        _ => (1, 1),
    }
}
