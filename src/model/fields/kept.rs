//! What many lines of a script say alike is read once, and shared: ports, and the tags that are named.

use crate::model::TagRef;
use crate::net::PortSet;
use crate::platform::Platform;
use crate::syntax::literal::{self, Fault};
use std::collections::HashMap;
use std::sync::Arc;

/// What was read so far, by the words that say it.
pub(in crate::model) struct Kept {
    /// Every port, of a side that names none.
    pub(in crate::model) every_port: Arc<PortSet>,
    ports: HashMap<Box<str>, Arc<PortSet>>,
    tags: HashMap<Box<str>, Arc<TagRef>>,
}

impl Default for Kept {
    fn default() -> Self {
        Self { every_port: Arc::new(PortSet::all()), ports: HashMap::new(), tags: HashMap::new() }
    }
}

impl Kept {
    /// As [`literal::ports`].
    pub(in crate::model) fn ports(&mut self, text: &str) -> Result<Arc<PortSet>, Fault> {
        if let Some(ports) = self.ports.get(text) {
            return Ok(ports.clone());
        }
        let ports = Arc::new(literal::ports(text)?);
        self.ports.insert(text.into(), ports.clone());
        Ok(ports)
    }

    /// The service tag that a word names.
    pub(in crate::model) fn tag(&mut self, text: &str, platform: &Platform) -> Option<Arc<TagRef>> {
        if let Some(tag) = self.tags.get(text) {
            return Some(tag.clone());
        }
        let (tag, region) = platform.tag(text)?;
        let tag = Arc::new(TagRef { name: tag.name.clone(), region, text: text.to_string() });
        self.tags.insert(text.into(), tag.clone());
        Some(tag)
    }
}
