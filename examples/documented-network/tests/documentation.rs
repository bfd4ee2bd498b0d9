//! What the comments of this crate say about the network is true.

#[test]
fn the_comments_are_true() {
    fnet::doctest::check("src/lib.rs");
}
