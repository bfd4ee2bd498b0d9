//! z3 is the system's own (Debian: libz3-dev).
fn main() {
    println!("cargo::rustc-link-lib=z3");
}
