//! Service tags by name: what the stdlib says of each, what a script states of it, and what Microsoft's list holds. Not
//! what a tag means to a subnet: that is for the engine.

use super::{Platform, Region, ServiceTag};
use crate::net::AddressSet;
use std::sync::Arc;

const KIND: &str = "service-tag";

impl Platform {
    /// A service tag by its documented name, and the region behind its dot, whatever case or spelling that has.
    pub fn tag(&self, word: &str) -> Option<(Arc<ServiceTag>, Option<String>)> {
        if let Some((base, spelled)) = word.rsplit_once('.')
            && let Some(tag) = self.whole_tag(base)
        {
            if self.list.as_ref().is_some_and(|list| list.lists(word)) {
                return Some((tag, Some(self.region_named(spelled).unwrap_or_else(|| spelled.to_lowercase()))));
            }
            if let Some(region) = self.region_named(spelled).filter(|_| tag.regional) {
                return Some((tag, Some(region)));
            }
        }
        self.whole_tag(word).map(|tag| (tag, None))
    }

    /// A tag without a region: one of the stdlib or of the script, or one that only Microsoft's list has.
    fn whole_tag(&self, name: &str) -> Option<Arc<ServiceTag>> {
        let listed = || self.list.as_ref().filter(|list| list.lists(name));
        let declared = self.fact(KIND, name, ServiceTag::read);
        declared.or_else(|| listed().map(|list| Arc::new(ServiceTag::listed(name, list.routes(name)))))
    }

    /// The names that a tag may have, without its region: what *did you mean* chooses from.
    pub fn tag_names(&self) -> Vec<&str> {
        let mut names = self.names(KIND);
        let more: Vec<&str> = self.list.iter().flat_map(|list| list.bases()).collect();
        names.extend(more.into_iter().filter(|name| !self.library.has(KIND, name)));
        names
    }

    /// The name of a tag's regional form, as Azure spells it.
    pub fn tag_name(&self, name: &str, region: Option<&str>) -> String {
        let Some(region) = region else { return name.to_string() };
        let spelled = self.region(region).map_or(region.to_string(), |facts| facts.tag_name.clone());
        format!("{name}.{spelled}")
    }

    /// The addresses of a tag: what the script states of it, what the platform itself fixes, else what Microsoft's list
    /// says. None where nobody says, and for the tags that follow from a network.
    pub fn tag_addresses(&self, name: &str, region: Option<&str>) -> Option<AddressSet> {
        let facts = self.whole_tag(name)?;
        if facts.computed.is_some() {
            return None;
        }
        let whole = self.tag_name(name, region);
        let stated = self.fact(KIND, &whole, ServiceTag::read).and_then(|tag| tag.prefixes.clone());
        let set = stated.or_else(|| self.listed_addresses(name, region))?;
        Some(if facts.ipv4_only { set.intersection(&AddressSet::all_v4()) } else { set })
    }

    fn listed_addresses(&self, name: &str, region: Option<&str>) -> Option<AddressSet> {
        let list = self.list.as_ref()?;
        let Some(region) = region else { return list.addresses(name).cloned() };
        let alias = self.region(region).and_then(|facts| facts.alias.clone());
        let spellings = std::iter::once(region).chain(list.spellings(region)).chain(alias.as_deref());
        spellings.filter_map(|spelled| list.addresses(&format!("{name}.{spelled}"))).next().cloned()
    }

    /// Do the addresses of a tag come from Microsoft's list?
    pub fn is_listed(&self, name: &str, region: Option<&str>) -> bool {
        let whole = self.tag_name(name, region);
        let stated = self.fact(KIND, &whole, ServiceTag::read).is_some_and(|tag| tag.prefixes.is_some());
        !stated && self.listed_addresses(name, region).is_some()
    }

    /// Does the tag follow from a network, or does the platform itself fix its addresses? No list says anything of it.
    pub fn is_fixed_tag(&self, name: &str) -> bool {
        let built_in = self.library.stated(KIND, name).and_then(|d| d.fact(|d| ServiceTag::read(name, d)));
        built_in.is_some_and(|tag| tag.computed.is_some() || tag.prefixes.is_some())
    }

    /// What a script states of the regional forms of a tag: all of it is the tag's.
    pub fn stated_forms(&self, name: &str) -> AddressSet {
        let forms = self.overrides.iter().filter(|((kind, form), _)| {
            kind == KIND && form.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
        });
        forms.fold(AddressSet::empty(), |all, ((_, form), stated)| {
            match stated.fact(|d| ServiceTag::read(form, d)).as_ref().and_then(|tag| tag.prefixes.as_ref()) {
                Some(set) => all.union(set),
                None => all,
            }
        })
    }

    /// The region of that name, in lower case: as regions are called, as tags spell them, or by an odd name.
    fn region_named(&self, word: &str) -> Option<String> {
        let lower = word.to_lowercase();
        if self.library.has("region", &lower) {
            return Some(lower);
        }
        let is = |region: &Arc<Region>| {
            region.tag_name.eq_ignore_ascii_case(word) || region.alias.as_ref().is_some_and(|alias| *alias == lower)
        };
        let known = self.all("region", Region::read).into_iter().find(is).map(|region| region.name.clone());
        known.or_else(|| self.list.as_ref()?.region(word).map(String::from))
    }

    /// Is it the name of a region, as `westeurope` or as tags spell it?
    pub fn is_region(&self, word: &str) -> bool {
        self.region_named(word).is_some()
    }
}
