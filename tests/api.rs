//! What users of the library rely on, beside what it answers.

use fnet::diagnostic::Diagnostic;
use fnet::net::{AddressSet, PortSet};
use fnet::platform::Edition;
use fnet::query::answer::Graph;
use fnet::{Answer, Errors, Outcome, Report, Session};

/// A session may be handed to another thread, and what comes of it be shared.
#[test]
fn what_comes_of_a_session_goes_between_threads() {
    fn is_send<T: Send>() {}
    fn is_shared<T: Send + Sync>() {}
    is_send::<Session>();
    is_shared::<Answer>();
    is_shared::<Errors>();
    is_shared::<Outcome>();
    is_shared::<Report>();
    is_shared::<Diagnostic>();
    is_shared::<Edition>();
    is_shared::<Graph>();
    is_shared::<AddressSet>();
    is_shared::<PortSet>();
}

/// What goes wrong is an error like others.
#[test]
fn errors_are_errors() {
    let errors = Session::new().load("vnet hub 10.0.0.0/33").expect_err("there are no 33 bits");
    let boxed: Box<dyn std::error::Error + Send + Sync> = errors.into();
    assert!(boxed.to_string().contains("FN0110"), "{boxed}");
}
