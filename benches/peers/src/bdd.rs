//! Binary decision diagrams of biodivine: a list as what it decides and what it permits, put together by halves.

use biodivine_lib_bdd::{Bdd, BddPartialValuation, BddVariable, BddVariableSet};

/// A rule: its ranges as prefixes, each a value and how many of its bits count.
pub struct Boxed {
    pub allow: bool,
    pub source: (u32, u32),
    pub destination: (u32, u32),
    pub ports: (u32, u32),
    /// The numbers of the protocols, of which those below `PORTED` have ports.
    pub protocols: Vec<u32>,
}

/// Protocols below have ports.
pub const PORTED: u32 = 2;

/// Where the bits of a field begin: destination port, protocol, destination, source.
const PORT: (usize, u32) = (0, 16);
const PROTOCOL: (usize, u32) = (16, 3);
const DESTINATION: (usize, u32) = (19, 32);
const SOURCE: (usize, u32) = (51, 32);
const BITS: u16 = 83;

/// The variables.
pub struct Lists {
    all: BddVariableSet,
    bits: Vec<BddVariable>,
}

impl Default for Lists {
    fn default() -> Self {
        let all = BddVariableSet::new_anonymous(BITS);
        let bits = all.variables();
        Self { all, bits }
    }
}

impl Lists {
    /// The values of a field from one to another.
    fn range(&self, (start, width): (usize, u32), (first, last): (u32, u32)) -> Bdd {
        let mut found = self.all.mk_false();
        let (mut at, last) = (u64::from(first), u64::from(last));
        while at <= last {
            // The longest run from here that one prefix holds.
            let mut size = if at == 0 { 1u64 << width } else { 1 << at.trailing_zeros() };
            while at + size - 1 > last {
                size /= 2;
            }
            let fixed = width - size.trailing_zeros();
            let mut clause = BddPartialValuation::empty();
            for bit in 0..fixed {
                clause.set_value(self.bits[start + bit as usize], at >> (width - 1 - bit) & 1 == 1);
            }
            found = found.or(&self.all.mk_conjunctive_clause(&clause));
            at += size;
        }
        found
    }

    fn rule(&self, rule: &Boxed) -> Bdd {
        let ported = rule.protocols.iter().filter(|one| **one < PORTED);
        let portless = rule.protocols.iter().filter(|one| **one >= PORTED && rule.ports == (0, 65535));
        let one = |number: &u32| self.range(PROTOCOL, (*number, *number));
        let union = |all: &mut dyn Iterator<Item = Bdd>| all.fold(self.all.mk_false(), |all, one| all.or(&one));
        let services = union(&mut ported.map(one)).and(&self.range(PORT, rule.ports));
        let services = services.or(&union(&mut portless.map(one)));
        services.and(&self.range(DESTINATION, rule.destination)).and(&self.range(SOURCE, rule.source))
    }

    /// What a list decides, and what it permits.
    fn list(&self, rules: &[Boxed]) -> (Bdd, Bdd) {
        match rules {
            [] => (self.all.mk_false(), self.all.mk_false()),
            [one] => {
                let flows = self.rule(one);
                let permitted = if one.allow { flows.clone() } else { self.all.mk_false() };
                (flows, permitted)
            }
            _ => {
                let (left, right) = rules.split_at(rules.len() / 2);
                let ((first, mine), (second, theirs)) = (self.list(left), self.list(right));
                (first.or(&second), mine.or(&theirs.and_not(&first)))
            }
        }
    }

    /// What a list permits.
    pub fn permitted(&self, rules: &[Boxed]) -> Bdd {
        self.list(rules).1
    }
}
