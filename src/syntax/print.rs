//! The tree as source again, in one style: one fact a line, values aligned, two spaces a level.

use super::ast::*;

/// A declaration as source, with a line end.
pub fn print_declaration(declaration: &Declaration) -> String {
    let mut out = declaration.kind.text.to_string();
    for part in &declaration.head {
        out.push(' ');
        match part {
            Part::Values(values) => out.push_str(&print_values(values)),
            Part::Arrow { both, .. } => out.push_str(if *both { "<->" } else { "->" }),
        }
    }
    if let Some(block) = &declaration.block {
        print_block(block, 0, &mut out);
    }
    out.push('\n');
    out
}

/// A nested declaration (a subnet, a slot) as source.
pub fn print_member(declaration: &Declaration, name: &str) -> Option<String> {
    let entries = declaration.block.iter().flat_map(|block| &block.items);
    entries.into_iter().find_map(|item| match item {
        Item::Entry(entry) if matches!(&*entry.name.text, "subnet" | "slot") => {
            let own = entry.groups.first()?.first()?.word()?.plain();
            (own == name).then(|| {
                let mut out = String::new();
                print_entry(entry, 0, 0, &mut out);
                out.push('\n');
                out
            })
        }
        _ => None,
    })
}

/// Values joined by commas.
pub fn print_values(values: &[Value]) -> String {
    values.iter().map(print_value).collect::<Vec<_>>().join(", ")
}

/// One value.
pub fn print_value(value: &Value) -> String {
    match value {
        Value::Word(word) => word.text.to_string(),
        Value::Nested(nested) => match &**nested {
            Nested::List(list, _) => format!("[{}]", print_values(list)),
            Nested::Call(name, arguments, _) => format!("{}({})", name.text, print_values(arguments)),
        },
    }
}

fn print_block(block: &Block, level: usize, out: &mut String) {
    if block.items.is_empty() {
        out.push_str(" { }");
        return;
    }
    out.push_str(" {\n");
    let plain = |item: &&Item| matches!(item, Item::Entry(entry) if is_property(entry));
    let width = block.items.iter().filter(plain).map(|item| match item {
        Item::Entry(entry) => entry.name.text.len(),
        _ => 0,
    });
    let width = width.max().unwrap_or(0);
    for item in &block.items {
        out.push_str(&"  ".repeat(level + 1));
        print_item(item, level + 1, width, out);
        out.push('\n');
    }
    out.push_str(&"  ".repeat(level));
    out.push('}');
}

/// Is it a property, whose values are aligned with those of its neighbours, and no nested declaration?
fn is_property(entry: &Entry) -> bool {
    entry.block.is_none() && !matches!(&*entry.name.text, "subnet" | "slot" | "trigger" | "database")
}

fn print_item(item: &Item, level: usize, width: usize, out: &mut String) {
    match item {
        Item::Entry(entry) => print_entry(entry, level, width, out),
        Item::Rule(line) => print_rule(line, out),
        Item::Route(line) => {
            out.push_str(&format!("{} -> {}", print_value(&line.prefix), line.hop.text));
            if let Some(target) = &line.target {
                out.push_str(&format!(" {}", print_value(target)));
            }
            print_alias(line.alias.as_ref(), out);
        }
        Item::Remove(removal) => {
            out.push_str("remove");
            removal.groups.iter().for_each(|group| out.push_str(&format!(" {}", print_values(group))));
        }
        Item::For(each) => {
            out.push_str(&format!("for {} in {}", each.name.text, print_values(&each.values)));
            print_block(&Block { items: each.body.clone(), span: each.span }, level, out);
        }
    }
}

fn print_entry(entry: &Entry, level: usize, width: usize, out: &mut String) {
    let name = &entry.name.text;
    if entry.groups.is_empty() {
        out.push_str(name);
    } else {
        let pad = if is_property(entry) { width } else { 0 };
        out.push_str(&format!("{name:pad$}"));
    }
    for (at, group) in entry.groups.iter().enumerate() {
        if entry.equals.is_some_and(|(before, _)| before as usize == at) {
            out.push_str(" =");
        }
        out.push_str(&format!(" {}", print_values(group)));
    }
    if let Some(block) = &entry.block {
        print_block(block, level, out);
    }
}

fn print_rule(line: &RuleLine, out: &mut String) {
    if let Some(priority) = &line.priority {
        out.push_str(&format!("{} ", priority.text));
    }
    out.push_str(&line.action.text);
    if let Some(protocol) = &line.protocol {
        out.push_str(&format!(" {}", protocol.text));
    }
    if line.resource {
        out.push_str(" resource");
    }
    out.push_str(&format!(" {}", print_values(&line.source)));
    if let Some(destination) = &line.destination {
        out.push_str(&format!(" -> {}", print_values(destination)));
    }
    for filter in &line.headers {
        let values: Vec<&str> = filter.values.iter().map(|word| &*word.text).collect();
        out.push_str(&format!(" header {} {}", filter.name.text, values.join(", ")));
    }
    if line.ignore_missing.is_some() {
        out.push_str(" ignore-missing-endpoint");
    }
    print_alias(line.alias.as_ref(), out);
}

fn print_alias(alias: Option<&Word>, out: &mut String) {
    if let Some(alias) = alias {
        out.push_str(&format!(" as {}", alias.text));
    }
}
