//! What a text has beside its statements: comments, blank lines and line ends, found by where they stand. Knows no tree.

/// A comment, from its `#` to the end of its line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comment<'t> {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Does nothing stand before it on its line?
    pub(super) own_line: bool,
    /// Without the blanks at its end.
    pub(super) text: &'t str,
}

/// The comments of a text, taken one after another as the walk over the tree passes them.
#[derive(Clone, Debug)]
pub(super) struct Trivia<'t> {
    text: &'t str,
    comments: Vec<Comment<'t>>,
    /// How many have been taken.
    pub(super) taken: usize,
}

impl<'t> Trivia<'t> {
    /// Of a tree that is not as any text has it.
    pub(super) fn none() -> Self {
        Self { text: "", comments: Vec::new(), taken: 0 }
    }

    /// What stands between two bytes of a text, neither of them inside a string or comment.
    pub(super) fn between(text: &'t str, start: usize, end: usize) -> Self {
        let bytes = text.as_bytes();
        let mut comments = Vec::new();
        let (mut at, mut own_line) = (start, true);
        while at < end {
            match bytes[at] {
                b'#' => {
                    let rest = &bytes[at..end];
                    let stop = at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
                    comments.push(Comment { start: at, end: stop, own_line, text: text[at..stop].trim_end() });
                    at = stop;
                }
                b'"' => {
                    own_line = false;
                    at = behind_string(bytes, at);
                }
                byte => {
                    own_line = byte == b'\n' || own_line && matches!(byte, b' ' | b'\t' | b'\r');
                    at += 1;
                }
            }
        }
        Self { text, comments, taken: 0 }
    }

    /// The next comment, where it begins before that byte.
    pub(super) fn before(&mut self, at: usize) -> Option<Comment<'t>> {
        let next = *self.comments.get(self.taken)?;
        (next.start < at).then(|| {
            self.taken += 1;
            next
        })
    }

    /// Is there a comment before that byte?
    pub(super) fn has_before(&self, at: usize) -> bool {
        self.comments.get(self.taken).is_some_and(|next| next.start < at)
    }

    /// The next comment, where it stands on the line on which something ends, and nothing else between.
    pub(super) fn trailing(&mut self, end: usize) -> Option<Comment<'t>> {
        let next = *self.comments.get(self.taken)?;
        let between = self.text.get(end..next.start)?;
        // Whatever else there may be ends the search at its first byte, so this is no longer than the gap.
        between.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b';' | b'{')).then(|| {
            self.taken += 1;
            next
        })
    }

    /// Is there a line end between two bytes?
    pub(super) fn is_broken(&self, from: usize, to: usize) -> bool {
        self.text.get(from..to).is_some_and(|between| between.contains('\n'))
    }

    /// Is there a blank line between two bytes that only line ends part?
    pub(super) fn is_blank(&self, from: usize, to: usize) -> bool {
        self.text.get(from..to).is_some_and(|between| between.bytes().filter(|byte| *byte == b'\n').count() > 1)
    }

    /// May what stands between two braces stay on one line: is it on one now?
    pub(super) fn is_one_line(&self, from: usize, to: usize) -> bool {
        // What is longer than this is too long for a line, and is not looked through once for each brace around it.
        let between = self.text.get(from..to).filter(|between| between.len() < 4096);
        between.is_some_and(|between| !between.contains('\n'))
    }

    /// Where the first brace behind a byte stands that only blanks, line ends and comments part from it.
    pub(super) fn brace(&self, from: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = from;
        loop {
            match bytes.get(at)? {
                b'{' | b'}' => return Some(at),
                b'#' => at += bytes[at..].iter().position(|byte| *byte == b'\n')?,
                b' ' | b'\t' | b'\r' | b'\n' | b';' => at += 1,
                _ => return None,
            }
        }
    }
}

/// The byte behind the string that begins there.
pub(super) fn behind_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}
