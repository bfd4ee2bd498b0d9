//! A declaration of the source in the making: its head, its lines, and how they are laid out.

/// A declaration or a nested block.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    /// Comments above it.
    pub(super) comments: Vec<String>,
    /// Kind and head: `vnet hub 10.0.0.0/16`.
    pub(super) head: String,
    lines: Vec<Line>,
}

#[derive(Clone, Debug)]
enum Line {
    /// A property and its value.
    Property(String, String),
    /// A rule, a route.
    Whole(String),
    /// A nested declaration or block.
    Block(Draft),
    /// A comment on what follows, or on what could not be said.
    Comment(String),
}

impl Draft {
    pub(super) fn new(head: impl Into<String>) -> Self {
        Self { head: head.into(), ..Self::default() }
    }

    /// A comment above it.
    pub(super) fn comment(&mut self, text: impl Into<String>) {
        self.comments.push(text.into());
    }

    /// A comment among its lines.
    pub(super) fn remark(&mut self, text: impl Into<String>) {
        self.lines.push(Line::Comment(text.into()));
    }

    pub(super) fn set(&mut self, property: &str, value: impl Into<String>) {
        self.lines.push(Line::Property(property.into(), value.into()));
    }

    pub(super) fn set_some(&mut self, property: &str, value: Option<impl Into<String>>) {
        if let Some(value) = value {
            self.set(property, value);
        }
    }

    /// A property of several values, where there are any.
    pub(super) fn set_all<S: AsRef<str>>(&mut self, property: &str, values: &[S]) {
        if !values.is_empty() {
            let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
            self.set(property, values.join(", "));
        }
    }

    pub(super) fn switch(&mut self, property: &str, on: Option<bool>) {
        self.set_some(property, on.map(|on| if on { "on" } else { "off" }));
    }

    pub(super) fn line(&mut self, text: impl Into<String>) {
        self.lines.push(Line::Whole(text.into()));
    }

    pub(super) fn block(&mut self, block: Draft) {
        self.lines.push(Line::Block(block));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The values of a property so far.
    pub(super) fn values<'d>(&'d self, property: &'d str) -> impl Iterator<Item = &'d str> {
        self.lines.iter().filter_map(move |line| match line {
            Line::Property(name, value) if name == property => Some(value.as_str()),
            _ => None,
        })
    }

    /// The values of a property in the blocks within it.
    pub(super) fn values_within(&self, property: &str) -> Vec<String> {
        let blocks = self.lines.iter().filter_map(|line| match line {
            Line::Block(block) => Some(block),
            _ => None,
        });
        blocks.flat_map(|block| block.values(property).map(String::from).collect::<Vec<_>>()).collect()
    }

    /// Takes a property out.
    pub(super) fn take(&mut self, property: &str) {
        self.lines.retain(|line| !matches!(line, Line::Property(name, _) if name == property));
    }

    /// Puts properties before everything else.
    pub(super) fn put_first(&mut self, property: &str, value: impl Into<String>) {
        self.lines.insert(0, Line::Property(property.into(), value.into()));
    }

    /// Its text, with a line end.
    pub(super) fn print(&self, level: usize, out: &mut String) {
        let indent = "  ".repeat(level);
        for text in &self.comments {
            comment(text, &indent, out);
        }
        out.push_str(&format!("{indent}{}", self.head));
        if self.lines.is_empty() {
            out.push('\n');
            return;
        }
        out.push_str(" {\n");
        let names = self.lines.iter().filter_map(|line| match line {
            Line::Property(name, _) => Some(name.len()),
            _ => None,
        });
        let width = names.max().unwrap_or(0);
        for line in &self.lines {
            match line {
                Line::Property(name, value) => out.push_str(&format!("{indent}  {name:width$} {value}\n")),
                Line::Whole(text) => out.push_str(&format!("{indent}  {text}\n")),
                Line::Block(block) => block.print(level + 1, out),
                Line::Comment(text) => comment(text, &format!("{indent}  "), out),
            }
        }
        out.push_str(&format!("{indent}}}\n"));
    }
}

/// A comment of one line or more; what would end the line or hide from the reader is left out.
pub(super) fn comment(text: &str, indent: &str, out: &mut String) {
    for line in text.lines() {
        let plain: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        out.push_str(format!("{indent}# {plain}").trim_end());
        out.push('\n');
    }
}

/// A name as the language takes it: as it is, or in quotes.
pub(super) fn name(text: &str) -> String {
    let mut chars = text.chars();
    let begins = chars.next().is_some_and(|c| c.is_ascii_alphabetic());
    let is_plain = begins && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) && !text.ends_with('-');
    if is_plain { text.to_string() } else { quoted(text) }
}

/// A member of something, `hub.data`; in quotes as a whole where a part needs them.
pub(super) fn member(of: &str, own: &str) -> String {
    let whole = format!("{of}.{own}");
    if name(of) == of && name(own) == own { whole } else { quoted(&whole) }
}

/// A string in quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            // Followed by a brace it would be the name of a loop.
            '$' => out.push_str("\\u{24}"),
            c if c.is_control() => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Text, bare where it is a DNS name, else in quotes.
pub(super) fn host(text: &str) -> String {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
            && !label.ends_with('-')
    };
    let begins = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
    if begins && text.split('.').all(is_label) { text.to_string() } else { quoted(text) }
}
