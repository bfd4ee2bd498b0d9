//! What resources of Terraform are in Azure Resource Manager. How values come from one to the other is not here.

use crate::platform::reader::{Reader, words_of};
use crate::syntax::ast::{Declaration, Entry};

/// A type of Terraform's provider, and what it is in Azure Resource Manager.
#[derive(Clone, Debug, Default)]
pub struct TerraformType {
    /// The type there; of a part of another resource the type of that one.
    pub arm: Option<String>,
    /// The attributes that tell the parent by its id or name; the first that is set counts.
    pub parent: Vec<String>,
    /// The attributes that tell the resource that this one only adds something to.
    pub part_of: Vec<String>,
    /// Where in the parent, or in that resource, its properties go.
    pub within: Vec<PathStep>,
    /// Its name, with `{attribute}` to be filled in; the attribute `name` where nothing is said.
    pub name: Option<String>,
    /// Its id, with `{attribute}` to be filled in, where it is left out and others name it.
    pub id: Option<String>,
    /// Why it is not translated.
    pub left_out: Option<String>,
    /// Does it say nothing of a network?
    pub is_aside: bool,
    /// What becomes of its attributes, in order.
    pub lines: Vec<TerraformLine>,
}

/// What becomes of an attribute.
#[derive(Clone, Debug)]
pub enum TerraformLine {
    /// A property that always has that value.
    Constant(Vec<PathStep>, String),
    /// The lines of another type.
    Like(String),
    /// Of a block: it counts only where the attribute has that value.
    When(String, String),
    /// An attribute, or the blocks of that name.
    Attribute(Box<TerraformAttribute>),
}

/// An attribute, and the property that it is.
#[derive(Clone, Debug)]
pub struct TerraformAttribute {
    /// The attribute.
    pub name: String,
    /// Where it goes, from the block that it stands in.
    pub path: Vec<PathStep>,
    /// Does the path begin at the resource, and not at the block?
    pub is_absolute: bool,
    /// The words that stand for its values.
    pub words: Vec<(String, String)>,
    /// The text that is made of it, with `{}` for the value and `{attribute}` for those beside it.
    pub text: Option<String>,
    /// Is a list one text there, its elements joined by commas?
    pub is_joined: bool,
    /// Is a text a list there, cut at its commas?
    pub is_split: bool,
    /// Does it count only where nothing else has stated the property?
    pub is_otherwise: bool,
    /// The attributes of each block, where it has blocks.
    pub inner: Vec<TerraformLine>,
}

/// A step of a path in properties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathStep {
    /// `member`
    Member(String),
    /// `*`: a new element for each value.
    Each,
    /// `**`: every element that is there.
    Every,
    /// `@name`: the element of that name.
    Named(String),
    /// `@%attribute`: the element whose name is the attribute's value.
    NamedBy(String),
    /// `@*`: an element for each key of a map, with its name.
    NamedByKey,
    /// `%attribute`: the member whose name is the attribute's value.
    MemberBy(String),
}

impl PathStep {
    fn read(word: &str) -> Self {
        match word {
            "*" => Self::Each,
            "**" => Self::Every,
            "@*" => Self::NamedByKey,
            _ => {
                if let Some(attribute) = word.strip_prefix("@%") {
                    Self::NamedBy(attribute.into())
                } else if let Some(name) = word.strip_prefix('@') {
                    Self::Named(name.into())
                } else if let Some(attribute) = word.strip_prefix('%') {
                    Self::MemberBy(attribute.into())
                } else {
                    Self::Member(word.into())
                }
            }
        }
    }
}

fn path(word: &str) -> Vec<PathStep> {
    word.trim_start_matches('/').split('.').filter(|step| !step.is_empty()).map(PathStep::read).collect()
}

impl TerraformType {
    pub(in crate::platform) fn read(_: &str, declaration: &Declaration) -> Self {
        let r = Reader::of(declaration);
        let text = |name: &str| Some(r.text(name)).filter(|text| !text.is_empty());
        let mut lines: Vec<TerraformLine> = lines_of(&r, &["constant", "like"]);
        lines.extend(r.named("body").flat_map(|body| lines_of(&Reader::of_entry(body), &[])));
        Self {
            arm: r.word("arm"),
            parent: r.words("parent"),
            part_of: r.words("of"),
            within: r.word("at").map(|word| path(&word)).unwrap_or_default(),
            name: text("name"),
            id: text("id"),
            left_out: text("left-out"),
            is_aside: r.is_on("aside"),
            lines,
        }
    }
}

/// The lines of a block; only those of some words where that is asked for.
fn lines_of(r: &Reader<'_>, only: &[&str]) -> Vec<TerraformLine> {
    r.entries().filter(|entry| only.is_empty() || only.contains(&&*entry.name.text)).filter_map(line).collect()
}

fn line(entry: &Entry) -> Option<TerraformLine> {
    let words = words_of(entry);
    let first = words.first();
    match &*entry.name.text {
        "constant" => Some(TerraformLine::Constant(path(first?), words[1..].join(","))),
        "like" => first.cloned().map(TerraformLine::Like),
        "when" => Some(TerraformLine::When(first?.clone(), words.get(1)?.clone())),
        name => attribute(name, entry, &words).map(|attribute| TerraformLine::Attribute(Box::new(attribute))),
    }
}

fn attribute(name: &str, entry: &Entry, words: &[String]) -> Option<TerraformAttribute> {
    let (to, rest) = words.split_first()?;
    let text = rest.iter().position(|word| word == "as");
    let flags = &rest[..text.unwrap_or(rest.len())];
    let has = |flag: &str| flags.iter().any(|word| word == flag);
    let pair = |word: &String| word.split_once(':').map(|(from, to)| (from.to_string(), to.to_string()));
    Some(TerraformAttribute {
        name: name.to_string(),
        path: path(to),
        is_absolute: to.starts_with('/'),
        words: flags.iter().filter_map(pair).collect(),
        text: text.and_then(|at| rest.get(at + 1)).cloned(),
        is_joined: has("joined"),
        is_split: has("split"),
        is_otherwise: has("otherwise"),
        inner: lines_of(&Reader::of_entry(entry), &[]),
    })
}
