//! A file of comments.
//!
//! # Head
//!
//! ```fnet
//! vnet hub 10.0.0.0/33
//! ```
//!
//! > - ```fnet
//! >   nsg a
//! >
//! >   ```

/// In a string no comment begins: see below.
///
///   ```fnet fails
///   vnet hub 10.0.0.0/16
///   ```
fn strings() -> [&'static str; 4] {
    let _quote = ('"', '\'', b'"', '\\');
    ["/// ```fnet", "\"/* */", r#"
/// ```fnet
/// nsg no
/// ```
"#, r"\"]
}

/** Starred.
 *
 * ```fnet
 * nsg b
 * vnet c 10.0.0.0/33
 * ```
 */
fn starred<'a>(text: &'a str) -> &'a str {
    text
}

/*! Plain.

    ```fnet
    vnet d 10.0.0.0/33
    ```
*/

//// No documentation.
//// ```fnet
//// nsg no
//// ```

/* None either.
```fnet
nsg no
``` */

/// ```
/// let rust = 1;
/// ```
///
/// ```fnet
/// fnet> nsg d
/// fnet> show
/// nsg e
/// ```
fn last() {}
