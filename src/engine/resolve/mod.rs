//! Name resolution: how a lookup goes from the one who asks, server by server, to what it leads to. Not what a zone or
//! a public server holds: that is beside it.

mod ask;
mod names;
mod public;
mod records;
mod servers;
mod zones;

pub use names::ServiceName;

use super::Engine;
use super::flow::Ends;
use super::trail::{Mark, Outcome, Step};
use crate::model::*;
use std::net::IpAddr;

/// Who asks for a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// An app.
    App(AppId),
    /// A host.
    Host(HostId),
    /// Any machine of a subnet.
    Subnet(SubnetId),
    /// A machine of a site.
    Site(OnPremisesId),
    /// Somebody on the internet.
    Internet,
    /// Somebody of whom nothing is known.
    Nowhere,
}

/// What a name leads to.
#[derive(Clone, Debug, Default)]
pub struct Resolution {
    /// The addresses; empty where the name does not resolve.
    pub answers: Vec<Ends>,
    /// The names that it is an alias of, in the order in which they were followed.
    pub aliases: Vec<String>,
    /// The name servers that were asked, in order; none where it is not known who they are.
    pub asked: Vec<AskedServer>,
    /// How it came to that, server by server and zone by zone.
    pub steps: Vec<Step>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
}

/// A name server that was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedServer {
    /// Its address.
    pub address: IpAddr,
    /// The seconds that its silence cost; none where it answered.
    pub silent: Option<i64>,
}

/// What one server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// Addresses.
    Yes(Vec<Ends>),
    /// That there is no such name.
    No,
    /// Nothing: it cannot be reached, or is down.
    Silent,
    /// Nobody can say what it would answer.
    Unknown,
}

/// What Azure's name servers show to somebody.
#[derive(Clone, Copy, Debug, Default)]
struct View {
    /// The network whose private zones they see.
    vnet: Option<VnetId>,
    /// The network that they stand in, whether its zones are seen or not.
    home: Option<VnetId>,
    /// The app that asks them itself.
    app: Option<AppId>,
    /// Did a server pass the question on? Then it has no suffix of its own to add to a bare name.
    forwarded: bool,
}

/// How deep aliases, forwarding and nested reachability may go.
const DEPTH: usize = 12;

impl Engine<'_> {
    /// Resolves a name for somebody, with the servers that they use.
    pub fn resolve(&self, asker: Asker, name: &str, depth: usize) -> Resolution {
        let mut out = Resolution::default();
        let name = name.trim_end_matches('.').to_lowercase();
        if let Ok(address) = name.parse() {
            let text = format!("{name} is an address: no name server is asked");
            out.steps.push(Step::pass("dns.literal", text));
            out.answers = vec![Ends::one(address)];
            return out;
        }
        match self.servers_of(asker, &mut out) {
            Some(servers) => self.ask_in_turn(asker, &servers, &name, &mut out, depth),
            None => {
                let answered = self.public_answer(&name, View::default(), &mut out, depth);
                self.conclude(&name, answered, &mut out);
            }
        }
        out
    }

    /// Asks one server, whatever servers the asker uses.
    pub fn resolve_using(&self, asker: Asker, name: &str, server: IpAddr) -> Resolution {
        let mut out = Resolution::default();
        let name = name.trim_end_matches('.').to_lowercase();
        self.ask_in_turn(asker, &[server], &name, &mut out, 0);
        out
    }

    /// Asks one server after the other until one answers.
    fn ask_in_turn(&self, asker: Asker, servers: &[IpAddr], name: &str, out: &mut Resolution, depth: usize) {
        for (at, server) in servers.iter().enumerate() {
            let first = out.steps.len();
            let answered = self.ask(asker, *server, name, out, depth);
            if answered == Answered::Silent {
                out.asked.push(AskedServer { address: *server, silent: Some(self.patience(asker)) });
                continue;
            }
            out.asked.push(AskedServer { address: *server, silent: None });
            if answered != Answered::Unknown {
                self.note_order(asker, servers, at, first, name, &answered, out, depth);
            }
            self.conclude(name, answered, out);
            return;
        }
        self.nobody_answers(asker, name, out);
    }

    /// Says what the order of the servers has to do with the answer.
    #[allow(clippy::too_many_arguments)]
    fn note_order(
        &self,
        asker: Asker,
        servers: &[IpAddr],
        at: usize,
        first: usize,
        name: &str,
        answered: &Answered,
        out: &mut Resolution,
        depth: usize,
    ) {
        let last_resort = self.last_resort(asker).filter(|_| servers.len() > 1);
        if at > 0 {
            let waited: i64 = out.asked.iter().filter_map(|asked| asked.silent).sum();
            let (rule, text) = match last_resort {
                Some(last) if last == servers[at] => {
                    ("dns.servers.ase-alt", format!("the alternative server {last} is asked, after {waited} s"))
                }
                _ => ("dns.servers.order", format!("{} is the first that answers, after {waited} s", servers[at])),
            };
            if self.fires(rule) {
                out.steps.insert(first, Step::pass(rule, text));
            }
            return;
        }
        // The first of several decides where another one would have said something else.
        let others = servers[1..].iter().filter(|server| Some(**server) != last_resort);
        let differs = others.into_iter().any(|server| {
            let other = self.ask(asker, *server, name, &mut Resolution::default(), depth);
            other != Answered::Silent && other != *answered
        });
        let said = &mut out.steps[first..];
        let answer = said.iter().position(Step::is_block).or(said.iter().rposition(|step| step.mark == Mark::Pass));
        if let Some(at) = answer.filter(|_| differs) {
            said[at] = said[at].clone().also("dns.servers.order");
        }
    }

    /// What follows where no server answers, and how long one waits for that.
    fn nobody_answers(&self, asker: Asker, name: &str, out: &mut Resolution) {
        let (each, all) = (self.patience(asker), out.asked.len() as i64);
        let text = match (all, self.attempts(asker)) {
            (1, 1) => format!("no name server answers: {each} s"),
            (_, 1) => format!("no name server answers: {all} x {each} s, {} s in all", all * each),
            (1, tries) => format!("no name server answers: {tries} attempts of {} s, {each} s in all", each / tries),
            (_, tries) => format!(
                "no name server answers: {all} x {tries} attempts of {} s, {} s in all",
                each / tries,
                all * each
            ),
        };
        let unreached = out.steps.iter().find(|step| step.rule == "dns.server-reachability");
        let step = Step::block("dns.timeout.seed", Outcome::Unresolved, text)
            .headline(format!("{name} does not resolve: no name server answers"))
            .also_if(unreached.is_some(), "dns.server-reachability")
            .also_if(each != self.platform().limit("dns-timeout"), "dns.timeout.defaults")
            .also("dns.failure.result");
        let remedy = unreached.and_then(|step| step.remedy.clone());
        out.steps.push(Step { remedy, ..step });
    }

    fn conclude(&self, name: &str, answered: Answered, out: &mut Resolution) {
        match answered {
            Answered::Yes(answers) => out.answers = answers,
            Answered::No => {
                if !out.steps.iter().any(Step::is_block) {
                    let text = format!("{name} does not exist");
                    out.steps.push(
                        Step::block("dns.failure.result", Outcome::Unresolved, text)
                            .headline(format!("{name} does not resolve")),
                    );
                }
                for step in out.steps.iter_mut().filter(|step| step.is_block()) {
                    *step = step.clone().also("dns.failure.result");
                }
            }
            Answered::Silent | Answered::Unknown => {}
        }
    }
}

/// Is the name the suffix itself, or does it end in it, label by label?
fn is_suffix(suffix: &str, name: &str) -> bool {
    suffix.is_empty() || name == suffix || name.ends_with(&format!(".{suffix}"))
}
