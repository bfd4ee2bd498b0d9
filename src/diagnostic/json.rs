//! What serde's reader of JSON says of a text, as words and an offset.

/// What is wrong, without the place that serde writes behind it, and the byte at which that shows.
pub(crate) fn json_fault(error: &serde_json::Error, text: &str) -> (String, usize) {
    let said = error.to_string();
    let why = said.rsplit_once(" at line ").map_or(said.as_str(), |(why, _)| why).to_string();
    let line = error.line().saturating_sub(1);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    (why, (start + error.column().saturating_sub(1)).min(text.len()))
}
