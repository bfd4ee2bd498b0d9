//! Tests as the XML that JUnit began and every service for continuous integration reads. Only what all of its schemas have.

/// Tests that belong together.
#[derive(Clone, Debug)]
pub struct Suite {
    /// What they are called together: a file.
    pub name: String,
    /// The tests.
    pub cases: Vec<Case>,
}

/// A test.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// What came of it.
    pub came: Came,
}

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// All is as it should be.
    Passed,
    /// It was left alone.
    Skipped,
    /// Something is not as it should be: in a line, and in full.
    Failed(String, String),
}

/// The tests as a document.
pub fn junit(suites: &[Suite]) -> String {
    let all = || suites.iter().flat_map(|suite| &suite.cases);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str(&format!("<testsuites name=\"fnet\" {}>\n", counts(all())));
    for suite in suites {
        let name = escaped(&suite.name);
        out.push_str(&format!("  <testsuite name=\"{name}\" {} skipped=\"{}\">\n", counts(suite.cases.iter()), {
            suite.cases.iter().filter(|case| case.came == Came::Skipped).count()
        }));
        for case in &suite.cases {
            let open = format!("    <testcase name=\"{}\" classname=\"{name}\"", escaped(&case.name));
            match &case.came {
                Came::Passed => out.push_str(&format!("{open}/>\n")),
                Came::Skipped => out.push_str(&format!("{open}><skipped/></testcase>\n")),
                Came::Failed(message, text) => out.push_str(&format!(
                    "{open}>\n      <failure message=\"{}\" type=\"failure\">{}</failure>\n    </testcase>\n",
                    escaped(message),
                    escaped(text)
                )),
            }
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn counts<'c>(cases: impl Iterator<Item = &'c Case>) -> String {
    let (mut tests, mut failures) = (0, 0);
    for case in cases {
        tests += 1;
        failures += usize::from(matches!(case.came, Came::Failed(..)));
    }
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\"")
}

/// Text as XML takes it: what XML cannot say at all becomes a replacement character.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
