//! Waiting for an answer, and for Ctrl-C: whoever does not want to wait any longer gets the prompt back, with everything
//! as it was before the entry.
//!
//! The engine is not asked to stop: what nobody waits for any more comes to its end on a thread of its own, and is dropped.

use crate::conversation::{Conversation, Said};
use std::sync::mpsc::{Receiver, Sender, channel};

/// What somebody waits for.
enum Event {
    /// The entry has been answered, in the conversation with this number.
    Answered(u64, Box<(Conversation, Said)>),
    /// Ctrl-C.
    Stop,
}

/// What a thread may need for brackets nested as deep as the splitter lets them be, with room to spare.
const STACK: usize = 32 << 20;

/// Runs entries on a thread, so that they need not be waited for.
pub(super) struct Waiting {
    events: Receiver<Event>,
    tell: Sender<Event>,
    entries: u64,
}

impl Waiting {
    /// None where Ctrl-C cannot be listened for: then every entry is waited for.
    pub(super) fn begin() -> Option<Self> {
        let (tell, events) = channel();
        let stop = tell.clone();
        // Nobody listens any more: the program is about to end.
        ctrlc::set_handler(move || drop(stop.send(Event::Stop))).ok()?;
        Some(Self { events, tell, entries: 0 })
    }

    /// What is said to an entry; none where it was not waited for, and then the conversation is as it was.
    pub(super) fn entry(&mut self, talk: &mut Conversation, entry: &str) -> Option<Said> {
        // A Ctrl-C from before is not meant for this entry.
        while self.events.try_recv().is_ok() {}
        self.entries += 1;
        let (number, tell, entry) = (self.entries, self.tell.clone(), entry.to_string());
        let spare = talk.spare();
        let mut own = std::mem::replace(talk, spare);
        let answer = move || {
            let said = own.entry(&entry);
            let _ = tell.send(Event::Answered(number, Box::new((own, said))));
        };
        std::thread::Builder::new().stack_size(STACK).spawn(answer).ok()?;
        loop {
            match self.events.recv().ok()? {
                Event::Answered(of, answered) if of == number => {
                    let (own, said) = *answered;
                    *talk = own;
                    return Some(said);
                }
                // Of an entry that was not waited for.
                Event::Answered(..) => {}
                Event::Stop => return None,
            }
        }
    }
}
