//! `:tour`: ten entries that show what fnet does, each run for real in a network of its own. The user may type between
//! them, and gets the own network back at the end.

use super::{Conversation, Net, Said};
use crate::platform::Edition;
use crate::session::Session;

/// The user's own, while the tour is on, and how far it has come.
pub(super) struct Tour {
    own: Net,
    done: usize,
}

/// What is said before an entry, and the entry.
const ENTRIES: [(&str, &str); 10] = [
    (
        "A network is declared as it is drawn: a virtual network, its subnets, a database server.",
        "vnet hub 10.2.0.0/16 {
  subnet functions 10.2.1.0/26 { delegation Microsoft.Web/serverFarms }
  subnet data      10.2.0.0/24
}
host db in hub.data 10.2.0.10 { listen tcp 1433 }",
    ),
    (
        "The hosting plan decides what an app can do at all. On Consumption it gets into no network.",
        "plan small { tier Consumption }
app report on small
can report reach db:1433",
    ),
    (
        "Premium has virtual network integration: what is private goes through a subnet of the network.",
        "plan big { tier Premium }
app orders on big { integrate hub.functions }
can orders reach db:1433",
    ),
    (
        "Security groups count on that way. Every rule and line that decides is told, with its place.",
        "nsg egress { outbound { 110 deny tcp * -> hub.data:1433 as no-sql } }
amend subnet hub.functions { nsg egress }
can orders reach db:1433",
    ),
    (
        "What would open it? Each proposal was tried on a copy, and says what else it would open.",
        "fix orders -> db:1433",
    ),
    (
        "Or try a change of one's own first: `given` asks in a copy and leaves the network as it is.",
        "given { amend nsg egress { remove rule no-sql } } can orders reach db:1433",
    ),
    (
        "A database of the platform behind a private endpoint. Its name still leads to the public side.",
        "service shop { type sql; public-access off }
private-endpoint shop-pe in hub.data { target shop; address 10.2.0.4 }
amend nsg egress { remove outbound }
can orders reach shop:1433",
    ),
    (
        "A private DNS zone that is linked to the network leads the name to the endpoint.",
        "private-dns-zone privatelink.database.windows.net { link hub; record shop A 10.2.0.4 }
can orders reach shop:1433",
    ),
    (
        "The other way round: who may call the app? An access list of its own says so.",
        "amend app orders { access { 100 allow 198.51.100.0/24 as office; default deny } }
can 203.0.113.9 reach orders:443",
    ),
    (
        "What must stay so is claimed. In a script, `fnet check` holds it on every change.",
        "check \"orders\" {
  assert orders can reach shop:1433 because src.vnet.private-endpoint
  assert report cannot reach shop:1433
}",
    ),
];

impl Tour {
    pub(super) fn spare(&self) -> Self {
        Self { own: self.own.spare(), done: self.done }
    }
}

impl Conversation {
    /// `:tour`, and `:tour stop`.
    pub(super) fn tour(&mut self, word: &str) -> Said {
        if word == "stop" {
            return match self.tour {
                Some(_) => self.leave_tour(),
                None => Said::refusal("there is no tour to stop; `:tour` begins one"),
            };
        }
        if self.tour.is_none() {
            let mut scratch = Session::with_loader(self.net.session.loader());
            scratch.set_edition(Edition::newest());
            let own = std::mem::replace(&mut self.net, Net::of(scratch));
            self.tour = Some(Tour { own, done: 0 });
        }
        self.go_on_with_tour()
    }

    /// The next entry of the tour, or its end.
    pub(super) fn go_on_with_tour(&mut self) -> Said {
        let Some(tour) = &mut self.tour else { return Said::default() };
        let Some((words, entry)) = ENTRIES.get(tour.done) else { return self.leave_tour() };
        tour.done += 1;
        let done = tour.done;
        let mut said = Said::default();
        said.note(format!("{done} of {}  {words}", ENTRIES.len()));
        said.words("");
        said.words(format!("fnet> {entry}"));
        let answer = self.part(entry);
        said.shown.extend(answer.shown);
        said.words("");
        said.note(match done < ENTRIES.len() {
            true => "Enter goes on, `:tour stop` ends the tour; anything may be asked between",
            false => "That was the tour. Enter ends it",
        });
        said
    }

    fn leave_tour(&mut self) -> Said {
        let mut said = Said::default();
        if let Some(tour) = self.tour.take() {
            self.net = tour.own;
            said.words("the tour is over, and what you had declared is back");
        }
        said
    }
}
