//! Markdown as it stands in a file, perhaps in comments: its text, and where in the file each piece of it is.

/// Text that was taken out of a file, piece by piece.
#[derive(Clone, Debug, Default)]
pub(super) struct Excerpt {
    /// The text.
    pub(super) text: String,
    /// Where pieces begin: in the text, and in the file.
    pieces: Vec<(usize, usize)>,
}

impl Excerpt {
    /// A file that is Markdown as a whole.
    pub(super) fn whole(text: &str) -> Self {
        let mut all = Self::default();
        all.push(text, 0);
        all
    }

    /// Adds a piece that stands at a byte of the file.
    pub(super) fn push(&mut self, piece: &str, at: usize) {
        self.pieces.push((self.text.len(), at));
        self.text.push_str(piece);
    }

    /// Adds all of this behind another.
    pub(super) fn append_to(&self, other: &mut Excerpt) {
        let before = other.text.len();
        other.pieces.extend(self.pieces.iter().map(|(start, place)| (before + start, *place)));
        other.text.push_str(&self.text);
    }

    /// The byte of the file that a byte of the text is.
    pub(super) fn place(&self, at: usize) -> usize {
        let piece = self.pieces.partition_point(|(start, _)| *start <= at);
        match piece.checked_sub(1).and_then(|piece| self.pieces.get(piece)) {
            Some((start, place)) => place + (at - start),
            None => at,
        }
    }
}

/// The lines of a text with their ends, each with the byte that it begins at.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        at += line.len();
        (at - line.len(), line)
    })
}
