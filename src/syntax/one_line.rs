//! A statement on one line, as an answer repeats it: without comments, with a `;` where a line end ended something. Not its
//! one spelling: the words stay as they were written.

/// The text of a statement on one line.
///
/// ```
/// let text = "given {\n  amend nsg guard { inbound { remove rule 100 } } # for a while\n  remove host vm2\n} lint";
/// let line = "given { amend nsg guard { inbound { remove rule 100 } }; remove host vm2 } lint";
/// assert_eq!(fnet::syntax::one_line(text), line);
/// ```
pub fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open = Vec::new();
    for line in text.lines() {
        // In a list a line end is a blank.
        let in_list = matches!(open.last(), Some('(' | '['));
        let words = words(line, &mut open);
        if words.is_empty() {
            continue;
        }
        let goes_on = ["{", "(", "[", ",", "->", ";"].iter().any(|end| out.ends_with(end));
        let ends = !in_list && !goes_on && !out.is_empty() && !words.starts_with('}');
        out.push_str(if ends {
            "; "
        } else if out.is_empty() {
            ""
        } else {
            " "
        });
        out.push_str(&words);
    }
    out
}

/// The words of a line with one blank between them. `open` are the brackets that are open.
fn words(line: &str, open: &mut Vec<char>) -> String {
    let mut out = String::new();
    let (mut in_string, mut escaped) = (false, false);
    for sign in line.chars() {
        match sign {
            _ if in_string => {
                in_string = escaped || sign != '"';
                escaped = sign == '\\' && !escaped;
            }
            '"' => in_string = true,
            '#' => break,
            '{' | '(' | '[' => open.push(sign),
            '}' | ')' | ']' => drop(open.pop()),
            _ => {}
        }
        match sign.is_whitespace() && !in_string {
            true if out.is_empty() || out.ends_with(' ') => {}
            true => out.push(' '),
            false => out.push(sign),
        }
    }
    out.truncate(out.trim_end().len());
    out
}
