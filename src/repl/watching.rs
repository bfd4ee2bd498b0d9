//! `:watch` at the terminal: files are loaded again while the user types, and what is new is told above the prompt.

use crate::conversation::{Conversation, Said};
use crate::watch::{Watch, watch};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// What tells of a change above the prompt.
pub(super) type Tell = Arc<Mutex<dyn FnMut(&Said, &Conversation) + Send>>;

/// The files that are watched, where they are.
#[derive(Default)]
pub(super) struct Watching(Option<Arc<Mutex<Watch>>>);

impl Watching {
    /// Begins, goes on or ends, as the conversation wants it.
    pub(super) fn follow(&mut self, talk: &Arc<Mutex<Conversation>>, tell: &Tell) -> Result<(), String> {
        let own = talk.lock().unwrap_or_else(PoisonError::into_inner);
        if !own.is_watching() {
            self.0 = None;
            return Ok(());
        }
        let watch = match &self.0 {
            Some(watch) => watch.clone(),
            None => {
                let (begun, changes) = watch()?;
                let begun = Arc::new(Mutex::new(begun));
                let (held, talk, tell) = (Arc::downgrade(&begun), Arc::downgrade(talk), tell.clone());
                std::thread::spawn(move || {
                    while let Some(file) = changes.next() {
                        if reload(&file, &talk, &held, &tell).is_none() {
                            return;
                        }
                    }
                });
                self.0.insert(begun).clone()
            }
        };
        take(&watch, &own)
    }
}

/// Watches what is loaded by now.
fn take(watch: &Mutex<Watch>, talk: &Conversation) -> Result<(), String> {
    watch.lock().unwrap_or_else(PoisonError::into_inner).take(talk.watched()).map(drop)
}

/// Loads the files again; none where nobody watches any more.
fn reload(
    file: &std::path::Path,
    talk: &Weak<Mutex<Conversation>>,
    watch: &Weak<Mutex<Watch>>,
    tell: &Tell,
) -> Option<()> {
    let talk = talk.upgrade()?;
    let mut talk = talk.lock().unwrap_or_else(PoisonError::into_inner);
    let watch = watch.upgrade()?;
    let said = talk.reload(Some(file));
    // A file that is new and cannot be watched is told where the next entry ends.
    let _ = take(&watch, &talk);
    let mut tell = tell.lock().unwrap_or_else(PoisonError::into_inner);
    (*tell)(&said, &talk);
    Some(())
}
