//! Addresses of Terraform, `module.net["hub"].azurerm_subnet.data[0].id`, taken apart.

/// A part of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A name between dots.
    Name(String),
    /// A number or key in brackets.
    Index(String),
    /// `[*]` or `.*`: all of them.
    All,
}

impl Part {
    /// Its name, where it is one.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }
}

/// A module's call: its name and, where it is called several times, the number or key.
pub(super) type Hop = (String, Option<String>);

/// The parts of an address, in order; what is malformed ends it.
pub(super) fn parts(address: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = address;
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '.' => &rest[1..],
            '[' => {
                let Some((index, after)) = bracket(&rest[1..]) else { break };
                parts.push(if index == "*" { Part::All } else { Part::Index(index) });
                after
            }
            _ => {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                parts.push(if &rest[..end] == "*" { Part::All } else { Part::Name(rest[..end].into()) });
                &rest[end..]
            }
        };
    }
    parts
}

/// What stands in brackets, quotes taken off, and what follows them.
fn bracket(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        return text.split_once(']').map(|(index, after)| (index.to_string(), after));
    };
    let mut key = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return quoted[at + 1..].strip_prefix(']').map(|after| (key, after)),
            '\\' => key.extend(chars.next().map(|(_, escaped)| escaped)),
            c => key.push(c),
        }
    }
    None
}

/// The calls that lead to a module: `module.net["hub"].module.dns`.
pub(super) fn hops(address: &str) -> Vec<Hop> {
    let mut hops: Vec<Hop> = Vec::new();
    let mut parts = parts(address).into_iter().peekable();
    while parts.next_if(|part| part.name() == Some("module")).is_some() {
        let Some(Part::Name(name)) = parts.next() else { break };
        let index = match parts.next_if(|part| matches!(part, Part::Index(_))) {
            Some(Part::Index(index)) => Some(index),
            _ => None,
        };
        hops.push((name, index));
    }
    hops
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_apart() {
        let name = |text: &str| Part::Name(text.into());
        let index = |text: &str| Part::Index(text.into());
        assert_eq!(
            parts(r#"azurerm_subnet.s["a.b\"]"].delegation[0].name"#),
            [name("azurerm_subnet"), name("s"), index("a.b\"]"), name("delegation"), index("0"), name("name")]
        );
        assert_eq!(parts("azurerm_subnet.s.*.id"), [name("azurerm_subnet"), name("s"), Part::All, name("id")]);
        assert_eq!(parts("a[\"open"), [name("a")]);
        assert_eq!(hops(r#"module.net["hub"].module.dns"#), [("net".into(), Some("hub".into())), ("dns".into(), None)]);
        assert!(hops("azurerm_subnet.s").is_empty());
    }
}
