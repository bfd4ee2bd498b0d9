//! What many lines of a script say alike is read once, and shared: ports, and what names stand for in address sets.

use crate::model::Term;
use crate::net::PortSet;
use crate::syntax::literal::{self, Fault};
use std::collections::HashMap;
use std::sync::Arc;

/// What was read so far, by the words that say it.
pub(in crate::model) struct Kept {
    /// Every port, of a side that names none.
    pub(in crate::model) every_port: Arc<PortSet>,
    ports: HashMap<Box<str>, Arc<PortSet>>,
    /// What names stand for in address sets: names keep their meaning while declarations are read.
    pub(in crate::model) terms: HashMap<Box<str>, Term>,
}

impl Default for Kept {
    fn default() -> Self {
        Self { every_port: Arc::new(PortSet::all()), ports: HashMap::new(), terms: HashMap::new() }
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
}
