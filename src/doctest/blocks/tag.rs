//! The words behind an opening fence: is the block fnet, and what is to be done with it?

/// What is to be done with a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::doctest) enum Use {
    /// It is run, and must be well.
    Run,
    /// It is run, and must fail.
    Fails,
    /// It is read, and no more.
    NoRun,
    /// It is left alone.
    Ignore,
}

/// The tag of a block of fnet.
#[derive(Debug)]
pub(in crate::doctest) struct Tag {
    /// What is to be done with it.
    pub(in crate::doctest) to_do: Use,
    /// What a book shows below it besides.
    pub(in crate::doctest) shows: Vec<Show>,
    /// A word that says nothing to fnet.
    pub(in crate::doctest) stray: Option<String>,
}

/// What a book shows below a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::doctest) enum Show {
    /// The answers to its questions.
    Answers,
    /// Its network, drawn.
    Graph,
}

/// The words that say so.
pub(in crate::doctest) const SHOWS: [(&str, Show); 2] = [("answers", Show::Answers), ("graph", Show::Graph)];

/// The words that say what is to be done.
pub(in crate::doctest) const WORDS: [(&str, Use); 3] =
    [("fails", Use::Fails), ("no-run", Use::NoRun), ("ignore", Use::Ignore)];

impl Tag {
    /// The tag that these words are; none of another language.
    pub(super) fn of(words: &str) -> Option<Self> {
        let mut words = words.split([' ', '\t', ',']).filter(|word| !word.is_empty());
        if words.next()? != "fnet" {
            return None;
        }
        let mut tag = Self { to_do: Use::Run, shows: Vec::new(), stray: None };
        for word in words {
            if let Some((_, show)) = SHOWS.iter().find(|(known, _)| *known == word) {
                tag.shows.push(*show);
                continue;
            }
            match WORDS.iter().find(|(known, _)| *known == word) {
                Some((_, to_do)) => tag.to_do = *to_do,
                // `title="..."` and the like are for those who show the page.
                None if word.contains(['=', '{', '}', '"']) => {}
                None => tag.stray = Some(word.to_string()),
            }
        }
        Some(tag)
    }
}
