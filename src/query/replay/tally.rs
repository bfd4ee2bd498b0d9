//! Counting what agrees and what differs, in as little room however long the logs are: so many groups of flows are told
//! apart, and those that come behind only add to the sums.

use super::sites::Sites;
use crate::engine::{EffectiveSecurity, Engine, LineAt, ListOwner, Ruling};
use crate::flowlog::{LogPlace, RecordedFlow};
use crate::model::{Model, SecurityRule, SubnetId};
use crate::net::Protocol;
use crate::query::answer::ReplayAnswer;
use crate::query::answer::{
    DifferenceAnswer, DirectionWord, FlowsAnswer, MalformedAnswer, NotComparedAnswer, Place, RulingWord,
};
use crate::source::SourceMap;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::net::IpAddr;

/// How many groups of flows one line may have that are told apart.
const GROUPS: usize = 2_000;

/// The same of all lines together.
const ALL_GROUPS: usize = 20_000;

/// How many groups of a line are told, the largest ones.
const TOLD: usize = 100;

/// How many places of what could not be read are told.
const PLACES: usize = 10;

/// Why a record is not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Skipped {
    /// No subnet of the model has the address.
    Unplaced,
    /// Several have it.
    Ambiguous,
    /// It was dropped because it was not encrypted.
    Unencrypted,
    /// A rule of the platform decided, which no list states.
    ByPlatform,
    /// No line of rules can name its protocol.
    Protocol,
}

impl Skipped {
    fn words(self) -> &'static str {
        match self {
            Self::Unplaced => "no subnet of the model has the address",
            Self::Ambiguous => {
                "several networks of the model have the address, and the log does not say which is meant"
            }
            Self::Unencrypted => "dropped because it was not encrypted, whatever the rules say",
            Self::ByPlatform => "decided by a rule of the platform, and by no list",
            Self::Protocol => "of a protocol that no rule can name",
        }
    }
}

/// What decides in the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum By {
    /// A line of a list, by its number.
    Line(ListOwner, u32),
    /// No list has a say at the subnet.
    Nothing(SubnetId),
}

/// A way in which records and model differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Difference {
    pub(super) was_allowed: bool,
    pub(super) ruling: Ruling,
    pub(super) outbound: bool,
    pub(super) by: By,
}

/// Records that belong together.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    records: u64,
    bytes: u64,
    /// The first and the last time.
    span: Option<(i64, i64)>,
}

impl Sum {
    fn add(&mut self, flow: &RecordedFlow) {
        self.records += 1;
        self.bytes = self.bytes.saturating_add(flow.bytes);
        let (first, last) = self.span.unwrap_or((flow.time, flow.time));
        self.span = Some((first.min(flow.time), last.max(flow.time)));
    }

    fn times(&self) -> (Option<String>, Option<String>) {
        (self.span.map(|(first, _)| moment(first)), self.span.map(|(_, last)| moment(last)))
    }
}

/// Source, destination, protocol and port.
type Group = (IpAddr, IpAddr, Protocol, u16);

/// What one line does to records otherwise than they were.
struct Line {
    sum: Sum,
    groups: HashMap<Group, Sum>,
    /// Records of groups that are not told apart any more.
    folded: u64,
    /// The rules of the log that decided, the first few.
    recorded_by: Vec<String>,
    /// Where the line is found again.
    site: usize,
    at: Option<LineAt>,
}

/// What was read so far.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) logs: Vec<String>,
    pub(super) records: u64,
    span: Sum,
    agreeing: u64,
    lines: HashMap<Difference, Line>,
    groups: usize,
    skipped: HashMap<Skipped, (u64, Option<IpAddr>)>,
    unreadable: u64,
    places: Vec<MalformedAnswer>,
}

impl Tally {
    pub(super) fn count(&mut self, flow: &RecordedFlow) {
        self.records += 1;
        self.span.add(flow);
    }

    pub(super) fn agree(&mut self, _: &RecordedFlow) {
        self.agreeing += 1;
    }

    pub(super) fn skip(&mut self, why: Skipped, flow: &RecordedFlow) {
        let own = if flow.outbound { flow.source } else { flow.destination };
        let (count, example) = self.skipped.entry(why).or_default();
        *count += 1;
        if matches!(why, Skipped::Unplaced | Skipped::Ambiguous) {
            example.get_or_insert(own);
        }
    }

    pub(super) fn differ(
        &mut self,
        kind: Difference,
        site: usize,
        at: Option<LineAt>,
        protocol: Protocol,
        flow: &RecordedFlow,
        recorded_by: &str,
    ) {
        let line = self.lines.entry(kind).or_insert_with(|| Line {
            sum: Sum::default(),
            groups: HashMap::new(),
            folded: 0,
            recorded_by: Vec::new(),
            site,
            at,
        });
        line.sum.add(flow);
        if !recorded_by.is_empty() && line.recorded_by.len() < 3 && !line.recorded_by.iter().any(|by| by == recorded_by)
        {
            line.recorded_by.push(recorded_by.to_string());
        }
        let port = if protocol.has_ports() { flow.port } else { 0 };
        let group = (flow.source, flow.destination, protocol, port);
        let room = line.groups.len() < GROUPS && self.groups < ALL_GROUPS;
        match line.groups.get_mut(&group) {
            Some(sum) => sum.add(flow),
            None if room => {
                let mut sum = Sum::default();
                sum.add(flow);
                line.groups.insert(group, sum);
                self.groups += 1;
            }
            None => line.folded += 1,
        }
    }

    pub(super) fn malformed(&mut self, log: &str, place: LogPlace, what: &str) {
        self.unreadable += 1;
        if self.places.len() < PLACES {
            let what = what.to_string();
            self.places.push(MalformedAnswer { log: log.to_string(), line: place.line, column: place.column, what });
        }
    }

    pub(super) fn answer(
        self,
        engine: &Engine<'_>,
        sources: &SourceMap,
        security: &[[OnceCell<EffectiveSecurity<'_>>; 2]],
        sites: &Sites,
    ) -> ReplayAnswer {
        let names = Names::of(engine.model);
        let mut differences: Vec<DifferenceAnswer> = self
            .lines
            .into_iter()
            .map(|(kind, line)| {
                let compiled = security[line.site][usize::from(kind.outbound)].get();
                let rule = compiled.zip(line.at).map(|(compiled, at)| compiled.rule(at));
                let subnet = sites.all()[line.site].subnet;
                let (list, text) = match kind.by {
                    By::Line(owner, _) => (list_of(engine.model, owner), rule.map(words)),
                    By::Nothing(subnet) => (format!("no nsg on {}", engine.model[subnet].head.name), None),
                };
                let facts = match (kind.ruling, rule) {
                    (Ruling::Unknown, Some(rule)) => engine.missing_facts(rule, subnet),
                    _ => Vec::new(),
                };
                let (first, last) = line.sum.times();
                let mut groups: Vec<(Group, Sum)> = line.groups.into_iter().collect();
                groups.sort_unstable_by_key(|(group, sum)| (std::cmp::Reverse(sum.records), *group));
                let untold: u64 = groups.iter().skip(TOLD).map(|(_, sum)| sum.records).sum();
                DifferenceAnswer {
                    recorded: if kind.was_allowed { RulingWord::Allowed } else { RulingWord::Denied },
                    model: match kind.ruling {
                        Ruling::Allowed => RulingWord::Allowed,
                        Ruling::Denied => RulingWord::Denied,
                        Ruling::Unknown => RulingWord::Unknown,
                    },
                    direction: if kind.outbound { DirectionWord::Outbound } else { DirectionWord::Inbound },
                    list,
                    line: text,
                    place: rule.and_then(|rule| Place::of(rule.span, sources)),
                    facts,
                    recorded_by: line.recorded_by,
                    records: line.sum.records,
                    bytes: line.sum.bytes,
                    first,
                    last,
                    more: line.folded + untold,
                    flows: groups.into_iter().take(TOLD).map(|(group, sum)| flows(group, sum, &names)).collect(),
                }
            })
            .collect();
        let key = |one: &DifferenceAnswer| {
            let place = one.place.as_ref().map(|place| (place.file.clone(), place.line));
            (one.model, one.recorded, std::cmp::Reverse(one.records), one.list.clone(), place, one.line.clone())
        };
        differences.sort_by_cached_key(key);
        let sum = |model: RulingWord, recorded: Option<RulingWord>| {
            let of = |one: &&DifferenceAnswer| one.model == model && recorded.is_none_or(|word| one.recorded == word);
            differences.iter().filter(of).map(|one| one.records).sum()
        };
        let mut skipped: Vec<(Skipped, (u64, Option<IpAddr>))> = self.skipped.into_iter().collect();
        skipped.sort_unstable();
        let (first, last) = self.span.times();
        ReplayAnswer {
            logs: self.logs,
            records: self.records,
            first,
            last,
            agreeing: self.agreeing,
            now_denied: sum(RulingWord::Denied, Some(RulingWord::Allowed)),
            now_allowed: sum(RulingWord::Allowed, Some(RulingWord::Denied)),
            unknown: sum(RulingWord::Unknown, None),
            differences,
            not_compared: skipped
                .into_iter()
                .map(|(why, (records, example))| NotComparedAnswer {
                    why: why.words().to_string(),
                    records,
                    example: example.map(|address| address.to_string()),
                })
                .collect(),
            unreadable: self.unreadable,
            malformed: self.places,
        }
    }
}

/// A line in words: a default one by its name, any other as it is written.
fn words(rule: &SecurityRule) -> String {
    match (&rule.rule, &rule.name) {
        (Some(_), Some(name)) => format!("{} {name}", rule.priority),
        (_, Some(name)) => format!("{} as {name}", rule.text()),
        (_, None) => rule.text(),
    }
}

fn list_of(model: &Model, owner: ListOwner) -> String {
    match owner {
        ListOwner::AdminRules(id) => format!("admin-rules {}", model[id].head.name),
        ListOwner::Nsg(id) => format!("nsg {}", model[id].head.name),
    }
}

fn flows((source, destination, protocol, port): Group, sum: Sum, names: &Names) -> FlowsAnswer {
    let (first, last) = sum.times();
    FlowsAnswer {
        source: source.to_string(),
        source_name: names.of_address(source),
        destination: destination.to_string(),
        destination_name: names.of_address(destination),
        protocol: protocol.word().to_string(),
        port: protocol.has_ports().then_some(port),
        records: sum.records,
        bytes: sum.bytes,
        first,
        last,
    }
}

/// What the model calls addresses; one that several things have has no name.
struct Names(HashMap<IpAddr, Option<String>>);

impl Names {
    fn of(model: &Model) -> Self {
        let hosts = model.hosts.iter().map(|host| (&host.head.name, &host.addresses[..]));
        let endpoints = model.private_endpoints.iter().map(|one| (&one.head.name, &one.addresses[..]));
        let one = |address| Option::as_slice(address);
        let appliances = model.appliances.iter().map(|a| (&a.head.name, one(&a.address)));
        let balancers = model.load_balancers.iter().map(|b| (&b.head.name, one(&b.address)));
        let mut names: HashMap<IpAddr, Option<String>> = HashMap::new();
        for (name, addresses) in hosts.chain(endpoints).chain(appliances).chain(balancers) {
            for address in addresses {
                names.entry(address.value).and_modify(|known| *known = None).or_insert_with(|| Some(name.clone()));
            }
        }
        Self(names)
    }

    fn of_address(&self, address: IpAddr) -> Option<String> {
        self.0.get(&address).cloned().flatten()
    }
}

/// A time as people write it, `2026-03-02 09:15:03`, in UTC.
fn moment(milliseconds: i64) -> String {
    let seconds = milliseconds.div_euclid(1000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Counted from the first of March of the year 0, months have a length that follows a line.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(moment(0), "1970-01-01 00:00:00");
        assert_eq!(moment(951_782_399_999), "2000-02-28 23:59:59");
        assert_eq!(moment(951_782_400_000), "2000-02-29 00:00:00");
        assert_eq!(moment(1_663_146_003_599), "2022-09-14 09:00:03");
        assert_eq!(moment(1_798_761_600_000), "2027-01-01 00:00:00");
        assert_eq!(moment(-1), "1969-12-31 23:59:59");
    }
}
