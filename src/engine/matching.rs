//! First match: which line of an ordered list decides which flows.
//!
//! The lines of security groups, firewalls and appliances are decided here and nowhere else. An address may be in a
//! tag whose addresses nobody has stated: then the flow goes down the list both ways, and only when the ways differ
//! is the answer unknown.

use super::flow::{Ends, Flows};
use crate::model::reads::Known;
use crate::model::{SecurityRule, TagRef};
use crate::net::AddressSet;
use std::cell::OnceCell;
use std::rc::Rc;

/// The addresses that one side of a line means, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matcher {
    /// Known addresses.
    pub set: AddressSet,
    /// The tags that it names.
    pub tags: Vec<TagRef>,
    /// What is known of the addresses of those tags.
    pub tagged: AddressSet,
    /// Those of the tags whose addresses are not known.
    pub unstated: Vec<TagRef>,
    /// Where the addresses of those may lie.
    pub within: AddressSet,
    /// Does it match every address, stated or not?
    pub any: bool,
    /// Does it match every public address, stated or not?
    pub internet: bool,
    /// The things whose unstated addresses it means.
    pub symbols: Vec<super::flow::SymbolOf>,
}

impl Matcher {
    /// Every address.
    pub fn any() -> Self {
        Self { set: AddressSet::all(), any: true, ..Self::default() }
    }

    /// These addresses.
    pub fn of(set: AddressSet) -> Self {
        Self { set, ..Self::default() }
    }

    /// Either.
    pub fn or(mut self, other: Matcher) -> Self {
        self.set = self.set.union(&other.set);
        self.tags.extend(other.tags);
        self.tagged = self.tagged.union(&other.tagged);
        self.unstated.extend(other.unstated);
        self.within = self.within.union(&other.within);
        self.any |= other.any;
        self.internet |= other.internet;
        self.symbols.extend(other.symbols);
        self
    }

    /// The addresses that it surely matches.
    pub(super) fn known(&self) -> AddressSet {
        if self.tagged.is_empty() { self.set.clone() } else { self.set.union(&self.tagged) }
    }

    /// The addresses that it may match, as far as is stated.
    pub(super) fn doubtful(&self, public: &AddressSet) -> AddressSet {
        if self.unstated.is_empty() {
            return AddressSet::empty();
        }
        public.intersection(&self.within).difference(&self.known())
    }

    /// The ends that it matches, those that it may match and what one would have to know, and those that it does not.
    pub fn split(&self, ends: &Ends, public: &AddressSet) -> Cut {
        match ends {
            Ends::Set(set) => {
                let known = self.known();
                let yes = set.intersection(&known);
                let rest = set.difference(&known);
                let some = |set: AddressSet| (!set.is_empty()).then_some(Ends::Set(set));
                if self.unstated.is_empty() {
                    return Cut { yes: some(yes), maybe: None, no: some(rest) };
                }
                let doubtful = rest.intersection(public).intersection(&self.within);
                let fact = self.missing_tags();
                let maybe = some(doubtful.clone()).map(|ends| (ends, fact));
                Cut { yes: some(yes), maybe, no: some(rest.difference(&doubtful)) }
            }
            Ends::Symbol(symbol) => {
                let yes = Cut { yes: Some(ends.clone()), maybe: None, no: None };
                let no = Cut { yes: None, maybe: None, no: Some(ends.clone()) };
                let is_public = symbol.within.is_subset(public);
                // A tag of a region is undecided for a service whose region is not stated.
                let may_be = |wanted: &TagRef| {
                    wanted.region.is_some() && symbol.tags.iter().any(|(tag, of)| *tag == wanted.name && of.is_none())
                };
                // Whether an address whose tags are not all known has this one hangs on where the tag's addresses lie.
                let may_have = |wanted: &&TagRef| {
                    let open = !symbol.tags_known && !symbol.never.contains(&wanted.name) && !symbol.has(wanted);
                    let unstated = self.unstated.contains(wanted) && symbol.within.meets(&self.within);
                    open && (unstated || symbol.within.meets(&self.tagged))
                };
                if self.is_sure_of(ends) {
                    return yes;
                }
                let open: Vec<TagRef> = self.tags.iter().filter(may_have).cloned().collect();
                let fact = if symbol.within.meets(&self.set) {
                    symbol.text.clone()
                } else if is_public && self.tags.iter().any(may_be) {
                    format!("the region of {}", symbol.text)
                } else if is_public && !open.is_empty() {
                    format!("whether {} belongs to {}", symbol.text, tag_list(&open))
                } else {
                    return no;
                };
                Cut { yes: None, maybe: Some((ends.clone(), fact)), no: None }
            }
        }
    }

    /// Does it match all of the ends, whatever is not stated?
    fn is_sure_of(&self, ends: &Ends) -> bool {
        let all = self.any || ends.possible().is_subset(&self.known());
        let Ends::Symbol(symbol) = ends else { return all };
        all || self.symbols.contains(&symbol.of) || self.tags.iter().any(|tag| symbol.has(tag))
    }

    /// Does it match, of these ends, whatever the other one matches, so that both are one doubt?
    fn holds(&self, other: &Matcher, ends: &Ends) -> bool {
        let known = || ends.possible().intersection(&other.known()).is_subset(&self.known());
        let tags = || other.tags.iter().all(|tag| self.tags.iter().any(|own| own.holds(tag)));
        self.is_sure_of(ends) || !other.is_sure_of(ends) && known() && tags()
    }

    /// Does it match some of the ends, or may it?
    fn touches(&self, ends: &Ends, public: &AddressSet) -> bool {
        let Ends::Set(set) = ends else {
            let cut = self.split(ends, public);
            return cut.yes.is_some() || cut.maybe.is_some();
        };
        let known = self.any || set.meets(&self.set) || set.meets(&self.tagged);
        let doubtful = || set.intersection(public).meets(&self.within);
        !set.is_empty() && (known || !self.unstated.is_empty() && doubtful())
    }

    /// The fact that would tell what it does not match for sure.
    pub(super) fn missing_tags(&self) -> String {
        format!("the addresses of {}", tag_list(&self.unstated))
    }
}

fn tag_list(tags: &[TagRef]) -> String {
    let words: Vec<String> = tags.iter().map(|tag| format!("service tag {}", tag.text)).collect();
    words.join(" and ")
}

/// What a matcher does to one end.
#[derive(Clone, Debug)]
pub struct Cut {
    /// It matches these.
    pub yes: Option<Ends>,
    /// It may match these; and the fact that would tell.
    pub maybe: Option<(Ends, String)>,
    /// It does not match these.
    pub no: Option<Ends>,
}

/// Does the first of two lines match all that the second one matches, of flows between these ends? Both are given as their
/// source and destination; of the other fields the flows are what both match.
pub(super) fn is_one_doubt(first: &(Matcher, Matcher), second: &(Matcher, Matcher), from: &Ends, to: &Ends) -> bool {
    first.0.holds(&second.0, from) && first.1.holds(&second.1, to)
}

/// A line that did not match, and which of its five fields did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// The line's place in the list.
    pub line: usize,
    /// The fields that did not match: of `protocol`, `source`, `source port`, `destination`, `port` in this order.
    pub fields: &'static [&'static str],
}

/// Flows that one line decides.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The flows.
    pub flows: Flows,
    /// The line; none where the list ends without a match.
    pub line: Option<usize>,
    /// Lines above it that may match, and the facts that would tell.
    pub doubts: Vec<(usize, String)>,
    /// Lines above it that do not match.
    pub misses: Vec<Miss>,
}

/// The lines of a list with what their sides mean, each looked up once.
pub(super) struct Lines<'r, S> {
    /// The lines, in order.
    pub(super) rules: &'r [SecurityRule],
    /// What the source (`true`) or the destination of a line means.
    side: S,
    public: AddressSet,
    known: Rc<Sides>,
}

/// What the sources and the destinations of lines mean, looked up when they are asked for.
pub(super) type Sides = Vec<OnceCell<Known<(Matcher, Matcher)>>>;

impl<'r, S: Fn(&SecurityRule, bool) -> Matcher> Lines<'r, S> {
    /// These lines; `side` says what the source (`true`) or the destination of a line means; `public` are the public
    /// addresses.
    pub(super) fn of(rules: &'r [SecurityRule], public: AddressSet, side: S) -> Self {
        Self { rules, side, public, known: Rc::new(vec![OnceCell::new(); rules.len()]) }
    }

    /// The same, where some of the sides have been looked up before.
    pub(super) fn known(self, known: Rc<Sides>) -> Self {
        Self { known, ..self }
    }

    /// What the source and the destination of a line mean.
    pub(super) fn matchers(&self, line: usize) -> &(Matcher, Matcher) {
        let rule = &self.rules[line];
        self.known[line].get_or_init(|| Known::of(|| ((self.side)(rule, true), (self.side)(rule, false)))).get()
    }

    /// Decides flows by the first line that matches.
    pub(super) fn first_match(&self, flows: &Flows) -> Vec<Decided> {
        let mut open = vec![Decided { flows: flows.clone(), line: None, doubts: Vec::new(), misses: Vec::new() }];
        let mut decided = Vec::new();
        for line in 0..self.rules.len() {
            if open.is_empty() {
                break;
            }
            let mut rest = Vec::with_capacity(open.len());
            for piece in open {
                self.take(piece, line, &mut decided, &mut rest);
            }
            open = rest;
        }
        decided.append(&mut open);
        decided
    }

    /// Puts what a line matches of a piece into `decided`, and the rest into `rest`.
    fn take(&self, mut piece: Decided, line: usize, decided: &mut Vec<Decided>, rest: &mut Vec<Decided>) {
        let (rule, matchers, public) = (&self.rules[line], self.matchers(line), &self.public);
        let flows = &piece.flows;
        let portless = !flows.has_ports();
        let protocols = flows.protocols.intersection(rule.protocols);
        let ports = flows.ports.intersection(&rule.destination.ports);
        let fields = missed(flows, rule, matchers, public);
        if !fields.is_empty() {
            piece.misses.push(Miss { line, fields });
            rest.push(piece);
            return;
        }
        let source = matchers.0.split(&flows.source, public);
        let destination = matchers.1.split(&flows.destination, public);

        // Cut away, field by field, what does not match; what is left matches or may match.
        let mut left = piece.clone();
        let keep = |part: Flows, rest: &mut Vec<Decided>| rest.push(Decided { flows: part, ..piece.clone() });
        let outside = left.flows.protocols.difference(rule.protocols);
        if !outside.is_empty() {
            keep(Flows { protocols: outside, ..left.flows.clone() }, rest);
            left.flows.protocols = protocols;
        }
        if !portless {
            let outside = left.flows.ports.difference(&rule.destination.ports);
            if !outside.is_empty() {
                keep(Flows { ports: outside, ..left.flows.clone() }, rest);
                left.flows.ports = ports;
            }
            let outside = left.flows.source_ports.as_ref().map(|ports| ports.difference(&rule.source.ports));
            if let Some(outside) = outside.filter(|outside| !outside.is_empty()) {
                keep(Flows { source_ports: Some(outside), ..left.flows.clone() }, rest);
                left.flows.source_ports = left.flows.source_ports.map(|ports| ports.intersection(&rule.source.ports));
            }
        }
        if let Some(outside) = source.no {
            keep(Flows { source: outside, ..left.flows.clone() }, rest);
        }
        let sources = [source.yes.map(|ends| (ends, None)), source.maybe.map(|(ends, fact)| (ends, Some(fact)))];
        for (from, from_doubt) in sources.into_iter().flatten() {
            if let Some(outside) = &destination.no {
                keep(Flows { source: from.clone(), destination: outside.clone(), ..left.flows.clone() }, rest);
            }
            let to_yes = destination.yes.clone().map(|ends| (ends, None));
            let to_maybe = destination.maybe.clone().map(|(ends, fact)| (ends, Some(fact)));
            for (to, to_doubt) in [to_yes, to_maybe].into_iter().flatten() {
                let flows = Flows { source: from.clone(), destination: to, ..left.flows.clone() };
                match from_doubt.clone().or(to_doubt) {
                    None => decided.push(Decided { flows, line: Some(line), ..left.clone() }),
                    Some(fact) => {
                        let mut doubtful = Decided { flows, ..left.clone() };
                        // What a line before it may match in its place, it does not decide either way.
                        let before = |(before, _): &(usize, String)| {
                            let Flows { source, destination, .. } = &doubtful.flows;
                            is_one_doubt(self.matchers(*before), matchers, source, destination)
                        };
                        if !doubtful.doubts.iter().any(before) {
                            doubtful.doubts.push((line, fact));
                        }
                        rest.push(doubtful);
                    }
                }
            }
        }
    }

    /// The next line behind one that matches some of the flows too.
    pub(super) fn next_match(&self, behind: usize, flows: &Flows) -> Option<&'r SecurityRule> {
        let matches = |line: &usize| missed(flows, &self.rules[*line], self.matchers(*line), &self.public).is_empty();
        (behind + 1..self.rules.len()).find(matches).map(|line| &self.rules[line])
    }
}

/// The fields of a line that match none of the flows; what is doubtful counts as a match.
fn missed(
    flows: &Flows,
    rule: &SecurityRule,
    matchers: &(Matcher, Matcher),
    public: &AddressSet,
) -> &'static [&'static str] {
    let portless = !flows.has_ports();
    let all_ports = rule.destination.ports.is_all() && rule.source.ports.is_all();
    let from_other_port = match &flows.source_ports {
        Some(ports) => !ports.meets(&rule.source.ports),
        // An ephemeral one: a narrow source port of the rule does not match it.
        None => !rule.source.ports.is_all(),
    };
    let no_port = if portless { !all_ports } else { !flows.ports.meets(&rule.destination.ports) };
    let missed = [
        flows.protocols.intersection(rule.protocols).is_empty(),
        !matchers.0.touches(&flows.source, public),
        !portless && from_other_port,
        !matchers.1.touches(&flows.destination, public),
        no_port,
    ];
    let number = missed.iter().enumerate().fold(0, |number, (bit, missed)| number | usize::from(*missed) << bit);
    let (fields, count) = &FIELDS[number];
    &fields[..*count]
}

/// Every choice of the five fields of a line.
static FIELDS: [([&str; 5], usize); 32] = {
    let names = ["protocol", "source", "source port", "destination", "port"];
    let mut all = [([""; 5], 0); 32];
    let mut number = 0;
    while number < all.len() {
        let mut bit = 0;
        while bit < names.len() {
            if number >> bit & 1 == 1 {
                all[number].0[all[number].1] = names[bit];
                all[number].1 += 1;
            }
            bit += 1;
        }
        number += 1;
    }
    all
};
