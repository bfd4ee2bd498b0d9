//! z3, by way of its reader of SMT-LIB: the few functions of its C interface that that takes.

use std::ffi::{CStr, CString, c_char, c_void};

unsafe extern "C" {
    fn Z3_mk_config() -> *mut c_void;
    fn Z3_del_config(config: *mut c_void);
    fn Z3_mk_context(config: *mut c_void) -> *mut c_void;
    fn Z3_del_context(context: *mut c_void);
    fn Z3_eval_smtlib2_string(context: *mut c_void, text: *const c_char) -> *const c_char;
}

/// A conversation with z3.
pub struct Z3(*mut c_void);

impl Default for Z3 {
    fn default() -> Self {
        // The configuration may go once the context has been made from it.
        unsafe {
            let config = Z3_mk_config();
            let context = Z3_mk_context(config);
            Z3_del_config(config);
            Self(context)
        }
    }
}

impl Z3 {
    /// What z3 answers to some commands: a line for each that answers.
    pub fn say(&mut self, text: &str) -> String {
        let text = CString::new(text).expect("no zero in it");
        // The answer belongs to the context and lives until the next call.
        unsafe { CStr::from_ptr(Z3_eval_smtlib2_string(self.0, text.as_ptr())).to_string_lossy().into_owned() }
    }
}

impl Drop for Z3 {
    fn drop(&mut self) {
        unsafe { Z3_del_context(self.0) }
    }
}
