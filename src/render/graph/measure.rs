//! How wide text is, for a layout that does not see the reader's font: an estimate on the wide side.

/// The width of a text at a font size, in pixels.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(|c| advance(c) * size).sum()
}

/// The width of a character, in parts of the font size.
fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' => 0.3,
        'f' | 't' | 'r' | ' ' | '.' | ',' | ':' | ';' | '!' | '(' | ')' | '[' | ']' | '/' | '-' | 'I' => 0.42,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 1.0,
        'A'..='Z' | '_' | '&' | '#' | '<' | '>' | '=' | '+' | '~' => 0.76,
        'a'..='z' | '0'..='9' => 0.63,
        c if c.is_ascii() => 0.65,
        _ => 1.05,
    }
}

/// Text in lines no wider than `room`; a word that is wider is cut into pieces.
pub(super) fn wrap(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        for piece in pieces(word, size, room) {
            let longer = if line.is_empty() { piece.clone() } else { format!("{line} {piece}") };
            if width(&longer, size) <= room {
                line = longer;
            } else {
                lines.extend(Some(std::mem::replace(&mut line, piece)).filter(|line| !line.is_empty()));
            }
        }
    }
    lines.extend(Some(line).filter(|line| !line.is_empty()));
    lines
}

fn pieces(word: &str, size: f64, room: f64) -> Vec<String> {
    let mut all = vec![String::new()];
    for c in word.chars() {
        let last = all.last_mut().expect("there is one");
        if !last.is_empty() && width(last, size) + advance(c) * size > room {
            all.push(c.to_string());
        } else {
            last.push(c);
        }
    }
    all
}
