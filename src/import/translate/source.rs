//! The source, put together: networks with what their subnets refer to, then the rest part by part, and at the end what was
//! not understood.

use super::draft::{self, Draft, comment};
use super::estate::{Estate, Part, own_name};
use super::{Outcome, Report};
use crate::source::SourceId;
use crate::syntax::format;
use std::collections::HashMap;

impl Estate<'_> {
    pub(super) fn source(&mut self, report: &Report) -> String {
        let mut drafts = std::mem::take(&mut self.drafts);
        place_groups(&mut drafts);
        // Of a network and its groups the network is told first.
        drafts.sort_by_key(|(place, draft)| (*place, place.0 == Part::Networks && !draft.head.starts_with("vnet ")));
        let mut out = format!("edition {}\n", self.platform.edition());
        if let Some(region) = common_region(&mut drafts) {
            out.push_str(&format!("\nregion {region}\n"));
        }
        for (_, draft) in &drafts {
            out.push('\n');
            draft.print(0, &mut out);
        }
        list(report, &mut out);
        format(SourceId(0), out.as_str()).unwrap_or(out)
    }
}

/// What was not understood, by type and count, with the reasons.
fn list(report: &Report, out: &mut String) {
    let kinds = report.by_kind();
    let listed: Vec<_> = kinds.iter().filter(|(_, _, listed)| !listed.is_empty()).collect();
    if listed.is_empty() && report.notes.is_empty() {
        return;
    }
    out.push_str("\n# Not told above:\n");
    for (kind, _, listed) in listed {
        comment(&format!("  {kind}: {}", listed.len()), "", out);
        let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
        for told in listed {
            let Outcome::Listed(reason) = &told.outcome else { continue };
            match reasons.iter_mut().find(|(own, _)| own == reason) {
                Some((_, names)) => names.push(own_name(&told.id)),
                None => reasons.push((reason, vec![own_name(&told.id)])),
            }
        }
        for (reason, names) in reasons {
            comment(&format!("    {}: {reason}", names.join(", ")), "", out);
        }
    }
    for note in &report.notes {
        comment(&format!("  {} {}: {}", note.kind, own_name(&note.id), note.text), "", out);
    }
}

/// Puts groups and tables behind the first network that refers to them; those that none does stand behind the networks.
fn place_groups(drafts: &mut [(super::estate::Place, Draft)]) {
    let mut owner: HashMap<(String, String), u32> = HashMap::new();
    for ((part, rank), draft) in drafts.iter() {
        if *part == Part::Networks && *rank != u32::MAX {
            for kind in ["nsg", "route-table", "nat-gateway"] {
                for value in draft.values_within(kind) {
                    owner.entry((kind.to_string(), value)).or_insert(*rank);
                }
            }
        }
    }
    for ((part, rank), draft) in drafts.iter_mut() {
        if *part == Part::Networks && *rank == u32::MAX {
            let mut words = draft.head.splitn(2, ' ');
            let (kind, name) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            if let Some(own) = owner.get(&(kind.to_string(), name.to_string())) {
                *rank = *own;
            }
        }
    }
}

/// The region that all have that state one, taken out of each; none where they differ.
fn common_region(drafts: &mut [(super::estate::Place, Draft)]) -> Option<String> {
    let mut regions: Vec<String> =
        drafts.iter().flat_map(|(_, draft)| draft.values("region").map(String::from)).collect();
    regions.sort();
    regions.dedup();
    let [region] = regions.as_slice() else { return None };
    drafts.iter_mut().for_each(|(_, draft)| draft.take("region"));
    Some(draft::name(region))
}
