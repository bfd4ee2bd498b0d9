//! Questions that stand between a model and those who ask: an app's walk asks whether the app runs, and it does not
//! matter to the walk what that rests on as long as the answer is the same. Here stands how each is asked again.

use super::{Engine, validity};
use crate::model::reads::{self, Fact};
use crate::model::{SubnetId, Thing};

/// What keeps an app from running, as steps.
pub(super) const STEPS_OF_APP: &str = "steps-of-app";

/// What keeps a Hybrid Connection of an app from working, as steps.
pub(super) const STEPS_OF_HYBRID: &str = "steps-of-hybrid";

/// What keeps an environment from running, as steps.
pub(super) const STEPS_OF_ENVIRONMENT: &str = "steps-of-environment";

/// The apps that call out of a subnet.
pub(super) const CALLERS: &str = "callers";

/// A question about one thing.
pub(super) fn of_one(name: &'static str, thing: Thing) -> Fact {
    Fact { name, of: [Some(thing), None] }
}

/// A question about two things.
pub(super) fn of_two(name: &'static str, one: Thing, other: Thing) -> Fact {
    Fact { name, of: [Some(one), Some(other)] }
}

impl Engine<'_> {
    /// Is a question answered as it was?
    pub(crate) fn still_says(&self, fact: Fact, before: u64) -> bool {
        let print = match (fact.name, fact.of) {
            (STEPS_OF_APP, [Some(Thing::App(app)), None]) => reads::print_of(&validity::steps_for(self, app)),
            (STEPS_OF_HYBRID, [Some(Thing::App(app)), Some(Thing::HybridConnection(hybrid))]) => {
                reads::print_of(&validity::steps_for_hybrid(self, app, hybrid))
            }
            (STEPS_OF_ENVIRONMENT, [Some(Thing::Ase(ase)), None]) => {
                reads::print_of(&validity::steps_for_environment(self, ase))
            }
            (CALLERS, [Some(Thing::Subnet(subnet)), None]) => self.print_of_callers(subnet),
            _ => return false,
        };
        print == before
    }

    fn print_of_callers(&self, subnet: SubnetId) -> u64 {
        reads::print_of(&self.callers_of(subnet))
    }
}
