//! A model that takes in what is declared next, instead of being made anew. It is exact: where anything that was read may
//! read otherwise by now, it says so and is not grown.

use super::lower::{platform_of, take_in};
use super::{Declared, DeclaredItem, Kind, Model, Thing};
use crate::diagnostic::Diagnostic;
use crate::platform::Platform;
use crate::syntax::Scope;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

/// A model, what it was made of, and the names that were looked up while it was made.
pub struct Growing {
    model: Model,
    declared: Declared,
    scope: Scope,
    head_addresses: HashMap<Thing, IpAddr>,
    asked: HashSet<Box<str>>,
}

impl Growing {
    /// The model of what was declared, as [`super::lower()`] makes it.
    ///
    /// # Errors
    ///
    /// The first error in what was declared.
    pub fn of(declared: &Declared, scope: &Scope, platform: &Platform) -> Result<Self, Diagnostic> {
        let (mut head_addresses, mut asked) = (HashMap::new(), HashSet::new());
        let mut model = Model::empty(platform_of(declared, platform));
        let found = take_in(declared.items(), &mut model, scope, &mut head_addresses, Some(&mut asked));
        model.changes = declared.changes().to_vec();
        match found.into_iter().find(Diagnostic::is_error) {
            Some(error) => Err(error),
            None => Ok(Self { model, declared: declared.clone(), scope: scope.clone(), head_addresses, asked }),
        }
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Takes in what was declared since.
    pub fn grow(&mut self, declared: &Declared, scope: &Scope) -> Grown {
        let Some(added) = self.added(declared, scope) else { return Grown::No };
        let found = take_in(added, &mut self.model, scope, &mut self.head_addresses, Some(&mut self.asked));
        self.model.changes = declared.changes().to_vec();
        self.declared = declared.clone();
        match found.into_iter().find(Diagnostic::is_error) {
            Some(error) => Grown::Error(error),
            None => Grown::Yes,
        }
    }

    /// What was declared since; none where that changes what stood before it.
    fn added<'d>(&self, declared: &'d Declared, scope: &Scope) -> Option<&'d [Arc<DeclaredItem>]> {
        let before = self.declared.items();
        let (same, added) = declared.items().split_at_checked(before.len())?;
        let unchanged = same.iter().zip(before).all(|(new, old)| Arc::ptr_eq(new, old))
            && std::ptr::eq(declared.changes(), self.declared.changes())
            && declared.tags().map(Arc::as_ptr) == self.declared.tags().map(Arc::as_ptr)
            && scope.lets == self.scope.lets;
        let harmless = |item: &Arc<DeclaredItem>| {
            if item.kind.is_none_or(|kind| kind == Kind::Region) {
                return false;
            }
            let nested = item.nested().map(|(_, name)| name);
            std::iter::once(item.name.clone()).chain(nested).all(|name| !self.was_asked(&name))
        };
        (unchanged && added.iter().all(harmless)).then_some(added)
    }

    /// Was a name looked up, whole or as a member of something?
    fn was_asked(&self, name: &str) -> bool {
        let members = name.match_indices('.').map(|(dot, _)| &name[dot + 1..]);
        std::iter::once(name).chain(members).any(|name| self.asked.contains(name))
    }
}

/// What came of growing a model.
pub enum Grown {
    /// It is that of all that was declared.
    Yes,
    /// It is not: what was declared changes what was read before, so it must be made anew. It is as it was.
    No,
    /// What was added has an error. The model is not to be used or grown any more.
    Error(Diagnostic),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::lower;
    use crate::platform::Edition;
    use crate::source::SourceId;
    use crate::syntax::ast::Statement;
    use crate::syntax::{expand, parse};
    use proptest::prelude::*;

    /// What a script may say next. Some of it refers to what comes later, some makes a name ambiguous that was clear
    /// before, some changes what stands above.
    const LINES: &[&str] = &[
        "vnet hub 10.0.0.0/16 { subnet data 10.0.1.0/24; subnet apps 10.0.2.0/24 }",
        "vnet spoke 10.1.0.0/16 { subnet data 10.1.1.0/24 { nsg guard } }",
        "nsg guard { inbound { 100 allow tcp data -> *:443; 110 deny tcp Storage -> hub } }",
        "nsg other { outbound { 100 allow tcp * -> vm:443,web:80 } }",
        "host vm in hub.data 10.0.1.4",
        "host web in data 10.0.1.5",
        "asg web",
        "plan p1 { tier Premium }",
        "app app1 on p1 { integrate apps; setting AzureWebJobsStorage = \"AccountName=acc;AccountKey=k\" }",
        "app app2 on p1 { slot staging { integrate hub.apps } }",
        "service acc { type storage }",
        "service db { type sql }",
        "private-endpoint pe in hub.data { target db }",
        "appliance fw in hub.data 10.0.1.9 { forwarding on }",
        "route-table rt { 0.0.0.0/0 -> appliance fw }",
        "peering hub <-> spoke",
        "private-dns-zone privatelink.database.windows.net { link hub; record db 10.0.1.6 }",
        "let web = 10.9.0.0/16",
        "region westeurope",
        "amend vnet hub { dns 10.0.1.4 }",
        "remove host vm",
        "limit nsg-priority-last { value 3000 }",
    ];

    fn say(line: &str, at: usize, declared: &mut Declared, scope: &mut Scope, platform: &Platform) {
        let (statements, diagnostics) = parse(SourceId(at as u32), line);
        assert!(diagnostics.is_empty(), "{line}: {diagnostics:?}");
        for statement in expand(statements, scope, &mut Vec::new()) {
            // What is declared twice or is not there to be changed leaves no mark.
            match statement {
                Statement::Declaration(declaration) => drop(declared.add(declaration, false)),
                Statement::Amend(change) => drop(declared.amend(&change, platform)),
                Statement::Remove(which) => drop(declared.remove(&which, platform)),
                _ => {}
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

        /// At every place of every script, the model that has grown there is the one that is made there.
        #[test]
        fn a_grown_model_is_the_one_made_anew(order in prop::collection::vec(0..LINES.len(), 1..24)) {
            let platform = Platform::of(Edition::newest());
            let (mut declared, mut scope) = (Declared::default(), Scope::default());
            let mut growing: Option<Growing> = None;
            for (at, line) in order.into_iter().enumerate() {
                say(LINES[line], at, &mut declared, &mut scope, &platform);
                let (model, found) = lower(&declared, &scope, &platform);
                let error = found.into_iter().find(Diagnostic::is_error);
                let grown = match growing.as_mut().map_or(Grown::No, |growing| growing.grow(&declared, &scope)) {
                    Grown::Yes => Ok(()),
                    Grown::Error(error) => Err(error),
                    Grown::No => Growing::of(&declared, &scope, &platform).map(|anew| growing = Some(anew)),
                };
                match (grown, error) {
                    (Ok(()), None) => {
                        prop_assert_eq!(growing.as_ref().map(|growing| growing.model().shown()), Some(model.shown()));
                    }
                    (Err(one), Some(other)) => {
                        prop_assert_eq!(one, other);
                        growing = None;
                    }
                    (grown, error) => prop_assert!(false, "{grown:?} where {error:?}"),
                }
            }
        }
    }

    #[test]
    fn what_follows_is_taken_in_and_not_read_anew() {
        let platform = Platform::of(Edition::newest());
        let (mut declared, mut scope) = (Declared::default(), Scope::default());
        for (at, line) in LINES[..2].iter().chain(&LINES[2..3]).enumerate().filter(|(at, _)| *at != 1) {
            say(line, at, &mut declared, &mut scope, &platform);
        }
        let mut growing = Growing::of(&declared, &scope, &platform).expect("nothing is wrong");
        say(LINES[4], 4, &mut declared, &mut scope, &platform);
        assert!(matches!(growing.grow(&declared, &scope), Grown::Yes));
        // The group names a subnet by its bare name, which the second network has too.
        say(LINES[1], 5, &mut declared, &mut scope, &platform);
        assert!(matches!(growing.grow(&declared, &scope), Grown::No));
    }
}
