//! *Did you mean*: the nearest of the words that would have been right.

/// The candidate nearest to `word`, if one is near enough: equal but for case, or at most a third of the word's
/// letters away (at least one). Ties go to the first by name, so that the answer is stable.
///
/// ```
/// use fnet::diagnostic::nearest;
/// assert_eq!(nearest("delegaton", ["nsg", "delegation", "route-table"]), Some("delegation"));
/// assert_eq!(nearest("zzz", ["nsg", "asg"]), None);
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let length = lower.chars().count();
    let limit = (length / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != word)
        // Each letter more or less is a step of its own.
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= limit)
        .map(|candidate| (strsim::osa_distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The nearest candidate as a help, ``did you mean `delegation`?``.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}
