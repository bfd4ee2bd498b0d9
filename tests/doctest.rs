//! fnet inside documentation: what is a block, what it must be, what is told where it is not, and what `--update` writes.
//! And the project's own documents: they hold, they break where a verdict is changed, and an update puts them right again.
#![cfg(feature = "cli")]

mod common;

use common::{TempFolder, files, fnet, root, slashed};
use fnet::doctest::{FileReport, Options, TestOutcome, document};

/// The project's documents and scripts that are tested.
const OWN: [&str; 4] = ["README.md", "docs", "examples/troubles", "examples/orders.fnet"];

fn run(name: &str, text: &str) -> FileReport {
    document(name, text, &Options::default())
}

/// `LINE CODE` of every failure.
fn failures(report: &FileReport) -> Vec<String> {
    let told = report.failures().map(|failure| {
        let line = failure.diagnostic.span().and_then(|span| report.sources.position(span)).map_or(0, |(line, _)| line);
        format!("{line} {}", failure.diagnostic.code)
    });
    told.collect()
}

/// A document fails there and so, and nowhere else.
#[track_caller]
fn fails(text: &str, wanted: &[&str]) -> FileReport {
    let report = run("page.md", text);
    assert_eq!(failures(&report), wanted, "{text}");
    report
}

fn holds(text: &str) -> FileReport {
    fails(text, &[])
}

#[test]
fn the_projects_own_documents_hold() {
    for path in OWN {
        fnet::doctest::check(path);
    }
}

#[test]
fn a_script_must_be_well() {
    holds("```fnet\nnsg a\n```\n");
    fails("Text.\n\n```fnet\nvnet a 10.0.0.0/33\n```\n", &["4 FN0110"]);
    let told = "```fnet\nvnet a 10.0.0.0/16 { subnet s 10.0.0.0/24 }\nassert next-hop a.s to 8.8.8.8 is vnet\n```\n";
    let report = fails(told, &["3 FN0120"]);
    assert!(report.failures().next().is_some_and(|failure| failure.detail.is_some()), "the trace refutes it");
}

#[test]
fn tags_say_what_is_done() {
    holds("```fnet fails\nvnet a 10.0.0.0/33\n```\n");
    fails("```fnet fails\nnsg a\n```\n", &["1 FN0403"]);
    holds("```fnet no-run\ncan nobody reach nothing:1\n```\n");
    fails("```fnet no-run\nnsg a {\n```\n", &["2 FN0102"]);
    holds("```fnet ignore\nnonsense\n```\n```rust\nlet a;\n```\n```\nplain\n```\n");
    fails("```fnet fials\nnsg a\n```\n", &["1 FN0404"]);
    // What fails leaves no mark.
    holds("```fnet fails\nnsg a; vnett b\n```\n```fnet\nnsg a\n```\n");
}

#[test]
fn every_diagnostic_is_expected_and_every_expectation_met() {
    holds("```fnet fails\nvnet a 10.0.0.0/33 #~ error[FN0110] \"prefix length\"\n```\n");
    fails("```fnet fails\nvnet a 10.0.0.0/33 #~ error[FN0110] \"length of hair\"\n```\n", &["2 FN0110", "2 FN0402"]);
    fails("```fnet fails\nvnet a 10.0.0.0/33 #~ error[FN0110]\nvnet b 10.0.0.0/34\n```\n", &["3 FN0110"]);
    fails("```fnet\nnsg a #~ warning[FN0365]\n```\n", &["2 FN0402"]);
    fails("```fnet fails\nnsg a #~ warning[FN0365]\n```\n", &["1 FN0403"]);
}

#[test]
fn a_transcript_must_print_what_it_says() {
    let network = "```fnet\nvnet a 10.0.0.0/16 { subnet s 10.0.0.0/24 }\n```\n";
    let at = |rest: &str| format!("{network}```fnet\n{rest}```\n");
    holds(&at("fnet> show\nvnet a 10.0.0.0/16 { subnet s 10.0.0.0/24 }\n\nfnet> nsg b\n"));
    holds(&at("fnet> show\nvnet [..]\n...\n"));
    holds(&at("fnet> nsg b {\n...>   inbound { 100 deny * * -> * }\n...> }\n"));
    fails(&at("fnet> nsg b\nfnet> show\nvnet a 10.0.0.0/16 { subnet s 10.0.0.0/24 }\n\nnsg c\n"), &["9 FN0401"]);
    fails(&at("fnet> show\n"), &["5 FN0401"]);
    fails(&at("fnet> nsg b\nsilence\n"), &["6 FN0401"]);
    fails(&at("words\nfnet> nsg b\n"), &["5 FN0404"]);
    fails(&at("fnet> nsg b {\n}\n"), &["5 FN0404"]);
    // An entry that fails is a thing to show; the tag says nothing of it.
    holds(&at("fnet> vnett b\nerror[FN0106]: [..]\n...\n"));
    // Entries see each other and the scripts above, under names that do not change with the page.
    let next = "fnet> nsg guard { outbound { 100 deny * * -> Internet } }\nfnet> amend subnet a.s { nsg guard }\n\
                fnet> can a.s reach 8.8.8.8:53\nno, dropped: nsg guard denies it at rule 100\n...\n";
    let report = run("page.md", &at(next));
    assert_eq!(failures(&report), [""; 0]);
}

#[test]
fn what_stands_below_a_heading_goes_on_from_those_above_it() {
    let text = "# Top\n```fnet\nnsg top\n```\n## A\n```fnet\nnsg a\n```\n### Deep\n```fnet\namend nsg top { }\namend nsg a { }\n```\n\
                ## B\n```fnet\namend nsg top { }\nnsg a\n```\n# Other\n```fnet\nnsg top\n```\n";
    let report = holds(text);
    let names: Vec<&str> = report.tests.iter().map(|test| test.name.as_str()).collect();
    assert_eq!(
        names,
        ["page.md:2 Top", "page.md:6 Top > A", "page.md:10 Top > A > Deep", "page.md:15 Top > B", "page.md:20 Other"]
    );
    fails(&text.replace("## B\n```fnet\namend nsg top", "## B\n```fnet\namend nsg a"), &["16 FN0123"]);
    fails(&text.replace("# Other\n", "## C\n"), &["21 FN0114"]);
}

#[test]
fn blocks_stand_in_lists_and_quotes() {
    for (before, margin) in [("", ""), ("- ", "  "), ("> ", "> "), ("1. > ", "   > "), ("> * ", ">   "), ("  ", "  ")] {
        for end in ["\n", "\r\n"] {
            let lines = [
                &format!("{before}```fnet"),
                &format!("{margin}nsg a"),
                margin.trim_end(),
                &format!("{margin}  vnett é"),
                &format!("{margin}```"),
                "",
            ];
            let text = lines.join(end);
            let report = run("page.md", &text);
            assert_eq!(failures(&report), ["4 FN0106"], "{text}");
            let span = report.failures().next().and_then(|failure| failure.diagnostic.span()).expect("a place");
            assert_eq!(report.sources.text(span), "vnett", "{text}");
        }
    }
}

#[test]
fn comments_of_rust_are_documents() {
    let path = "tests/doctest/comments.rs";
    let text = std::fs::read_to_string(root().join(path)).expect("the file");
    for text in [text.clone(), text.replace('\n', "\r\n")] {
        let report = run(path, &text);
        let lines: Vec<usize> = report.tests.iter().map(|test| test.line).collect();
        assert_eq!(lines, [5, 9, 16, 30, 41, 60]);
        assert_eq!(failures(&report), ["6 FN0110", "16 FN0403", "32 FN0110", "42 FN0110", "63 FN0401"]);
        for failure in report.failures().filter(|failure| failure.diagnostic.code == "FN0110") {
            assert_eq!(failure.diagnostic.span().map(|span| report.sources.text(span)), Some("33"));
        }
        let right = report.renewed.expect("the transcript is renewed");
        assert_eq!(right, text.replace("/// nsg e", "/// nsg d"));
    }
}

#[test]
fn named_blocks_are_files() {
    let text = "network.fnet:\n```fnet\nnsg a\nvnet b 10.0.0.0/16\n```\n\n```fnet\nuse \"network.fnet\"\namend nsg a { }\n```\n";
    holds(text);
    holds(&text.replace("network.fnet:\n```", "`network.fnet`:\n\n```"));
    fails(&text.replace("use \"network.fnet\"\namend nsg a { }", "nsg c"), &["2 FN0405"]);
    fails(&text.replace("use \"network", "use \"other"), &["2 FN0405", "8 FN0001", "9 FN0123"]);
    fails(&text.replace("/16", "/33"), &["4 FN0110"]);
    holds(&text.replace("/16", "/33 #~ error[FN0110]"));
    fails(&text.replace("/16", "/16 #~ error[FN0110]"), &["4 FN0402"]);
    // Other files stand beside the document, and what they expect they say themselves.
    let page = "```fnet\nuse \"../examples/orders.fnet\"\n```\n```fnet\nfnet> can app1 reach 10.2.0.4:1433\nno, dropped: [..]\n...\n```\n";
    assert_eq!(failures(&run("docs/page.md", page)), [""; 0]);
}

/// What an update makes of a text, with every other byte as it was.
#[track_caller]
fn updated(text: &str, wanted: &str) {
    let report = run("page.md", text);
    let new = report.renewed.unwrap_or_else(|| text.to_string());
    assert_eq!(new, wanted);
    let again = run("page.md", &new);
    assert!(again.renewed.is_none() && again.failures().next().is_none(), "{:?}", failures(&again));
}

#[test]
fn an_update_writes_expectations_and_nothing_else() {
    let text = "# T \r\n> ```fnet\r\n> fnet> nsg a\r\n> old\r\n> fnet> show\r\n>\r\n> fnet> nsg b\r\n> ```\r\nend";
    updated(
        text,
        "# T \r\n> ```fnet\r\n> fnet> nsg a\r\n> fnet> show\r\n> nsg a\r\n>\r\n> fnet> nsg b\r\n> ```\r\nend",
    );
    updated("- ```fnet\n  fnet> nsg a\n  fnet> show", "- ```fnet\n  fnet> nsg a\n  fnet> show\n  nsg a");
    updated("- ```fnet\n  fnet> nsg a\n  fnet> show\n  old", "- ```fnet\n  fnet> nsg a\n  fnet> show\n  nsg a");
    updated("- ```fnet\n  fnet> nsg a\n  old", "- ```fnet\n  fnet> nsg a");
    // What still fits stays as it was written.
    let text = "```fnet\nfnet> nsg a\nfnet> nsg b\nfnet> show\nnsg [..]\n\nold\n```\n";
    updated(text, &text.replace("old", "nsg b"));
    let text = "```fnet\nfnet> nsg a\nfnet> nsg b\nfnet> show\n...\nnsg c\n```\n";
    updated(text, &text.replace("nsg c", "nsg b"));
    // Marks: the code and the words that are right, gone where nothing is reported, new beside others alone.
    let text = "```fnet fails\nvnet a 10.0.0.0/33  #~ error[FN0111] \"prefix length\"\nvnet b 10.0.0.0/34\nnsg c #~ error[FN0110]\n```\n";
    let right = "```fnet fails\nvnet a 10.0.0.0/33  #~ error[FN0110] \"prefix length\"\nvnet b 10.0.0.0/34  #~ error[FN0110]\nnsg c\n```\n";
    updated(text, right);
    assert!(run("page.md", "```fnet\nvnett a\n```\n").renewed.is_none(), "what fails is not made right by a mark");
}

/// The lines of a document that say what is printed, by number from 0; those with wildcards are left out.
fn expectations(text: &str) -> Vec<usize> {
    let (mut in_block, mut prompted) = (false, false);
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_start_matches([' ', '>', '/', '!']);
        if line.starts_with("```") {
            (in_block, prompted) = (line.starts_with("```fnet"), false);
        } else if in_block && line.starts_with("fnet") {
            prompted = true;
        } else if prompted && !line.trim().is_empty() && !line.starts_with("..") && !line.contains("[..]") {
            found.push(at);
        }
    }
    found
}

#[test]
fn corrupted_expectations_are_put_right() {
    let mut all = 0;
    for path in files(".", ".md").into_iter().filter(|path| !slashed(path).contains("target/")) {
        let text = std::fs::read_to_string(root().join(&path)).expect("a document");
        let wrong = expectations(&text);
        all += wrong.len();
        let lines = text.split_inclusive('\n').enumerate();
        let corrupt = lines.map(|(at, line)| match wrong.contains(&at) {
            true => line.replacen(line.trim(), &format!("{} and more", line.trim()), 1),
            false => line.to_string(),
        });
        let corrupt: String = corrupt.collect();
        let path = slashed(&path);
        let right = run(&path, &corrupt).renewed.unwrap_or_else(|| corrupt.clone());
        assert_eq!(right, text, "{path}");
        assert_eq!(wrong.is_empty(), corrupt == text);
    }
    assert!(all > 10, "documents expect something: {all} lines");
}

#[test]
fn a_verdict_that_is_changed_by_hand_is_noticed_at_its_line() {
    let mut flipped = 0;
    for path in files("docs", ".md").into_iter().chain([std::path::PathBuf::from("README.md")]) {
        let text = std::fs::read_to_string(root().join(&path)).expect("a document");
        for at in expectations(&text) {
            let line = text.lines().nth(at).unwrap_or_default();
            let other = match line {
                line if line.starts_with("yes") => line.replacen("yes", "no", 1),
                line if line.starts_with("no, ") => line.replacen("no, ", "yes, ", 1),
                _ => continue,
            };
            let changed: Vec<&str> = text.lines().enumerate().map(|(n, l)| if n == at { &other } else { l }).collect();
            let report = run(&slashed(&path), &changed.join("\n"));
            assert_eq!(failures(&report), [format!("{} FN0401", at + 1)], "{}", path.display());
            flipped += 1;
        }
    }
    assert!(flipped > 0, "no document shows a verdict");
}

const PAGE: &str = "# Page\n\n```fnet\nnsg a\n```\n\n## Wrong\n\n```fnet\nfnet> show\nnsg b\n```\n\n## Left\n\n```fnet ignore\n?\n```\n";

#[test]
fn the_command_tells_and_updates() {
    let folder = TempFolder::new("doctest");
    let page = folder.file("page.md", PAGE);
    folder.file("well.fnet", "nsg a\ncheck \"lines\" { assert lint finds no list.line-covered }\n");
    std::fs::create_dir_all(folder.path().join("target")).expect("a folder");
    folder.file("target/other.md", "```fnet\n?\n```\n");
    folder.file(".hidden.md", "```fnet\n?\n```\n");
    let all = folder.path().to_str().expect("a path");
    let run = fnet(["test", all]).calm().ends(1);
    let last = run.stdout.lines().last();
    assert_eq!(last, Some("3 passed, 1 failed, 1 left alone"), "{}", run.stdout);
    assert!(run.stdout.contains("  - nsg b\n  + nsg a\n") && run.stdout.contains("page.md:11:1"), "{}", run.stdout);
    assert!(!run.stdout.contains("other.md") && !run.stdout.contains("hidden"), "{}", run.stdout);
    fnet(["test", all, "--filter", "lines"]).ends(0).says("\n1 passed, 0 failed\n");
    fnet(["test", all, "--filter", "nothing has this name"]).ends(1).says("no test found");
    fnet(["test", "--fail-fast", "--jobs", "1", all]).ends(1).says("\n1 passed, 1 failed\n");
    let list = fnet(["test", "--list", all]).ends(0).stdout;
    let names: Vec<&str> = list.lines().map(|line| &line[all.len() + 1..]).collect();
    assert_eq!(
        names,
        [
            "page.md:3 Page",
            "page.md:9 Page > Wrong",
            "page.md:16 Page > Left (left alone)",
            "well.fnet",
            "well.fnet:2 lines"
        ]
    );
    fnet(["test", "--update", all]).ends(0).says("4 passed, 0 failed").says("page.md: expectations renewed");
    assert_eq!(std::fs::read_to_string(&page).expect("the page"), PAGE.replace("nsg b", "nsg a"));
    fnet(["test", "no-such-file.md"]).ends(3);
    fnet(["test", "Cargo.toml"]).ends(3).says("`.fnet`, `.md` and `.rs`");
    fnet(["test", "LICENSE-MIT"]).ends(3);
    folder.file("bytes.md", b"\xff\xfe");
    fnet(["test", all]).ends(1).says("FN0002");
}

#[test]
fn other_programs_read_the_report() {
    let folder = TempFolder::new("doctest-formats");
    let page = folder.file("page.md", PAGE);
    let page = page.to_str().expect("a path");
    let told = |format: &str| fnet(["test", "--format", format, page]).calm().ends(1).stdout;

    let json: serde_json::Value = serde_json::from_str(&told("json")).expect("JSON");
    assert_eq!(json["version"], 1);
    assert_eq!((&json["passed"], &json["failed"], &json["ignored"]), (&1.into(), &1.into(), &1.into()));
    let failure = &json["tests"][1]["failures"][0];
    assert_eq!(failure["diagnostic"]["labels"][0]["place"]["line"], 11);
    assert_eq!((&failure["expected"][0], &failure["right"][0]), (&"nsg b".into(), &"nsg a".into()));

    let sarif: serde_json::Value = serde_json::from_str(&told("sarif")).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "fnet");
    let result = &run["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&"FN0401".into(), &"error".into()));
    assert_eq!(run["tool"]["driver"]["rules"][0]["id"], result["ruleId"]);
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!((&place["region"]["startLine"], &place["region"]["endColumn"]), (&11.into(), &6.into()));
    assert!(place["artifactLocation"]["uri"].as_str().is_some_and(|uri| uri.ends_with("page.md")));

    let junit = told("junit");
    assert!(junit.starts_with(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"fnet\" tests=\"3\" failures=\"1\" errors=\"0\">"
    ));
    assert!(
        junit.contains("skipped=\"1\">") && junit.contains("<skipped/>") && junit.contains("Page &gt; Wrong"),
        "{junit}"
    );
    assert!(junit.contains("<failure message=\"`show` prints something else\" type=\"failure\">"), "{junit}");

    let github = told("github");
    let first = github.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("::error file=")
            && first.contains("page.md,line=11,endLine=11,col=1,endColumn=6,title=FN0401::")
    );
    assert!(first.contains("%0A  - nsg b%0A  + nsg a"), "{first}");
    assert!(github.ends_with("\n1 passed, 1 failed, 1 left alone\n"), "{github}");
    fnet(["ask", "--format", "sarif", "show", "examples/orders.fnet"]).ends(3).says("fnet test");
}

#[test]
fn run_and_check_report_to_other_programs_too() {
    let script = "examples/subnet-too-small.fnet";
    let sarif = fnet(["check", "--format", "sarif", script]).calm().ends(2).stdout;
    let sarif: serde_json::Value = serde_json::from_str(&sarif).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let codes: Vec<&str> = results.iter().filter_map(|result| result["ruleId"].as_str()).collect();
    assert_eq!(codes, ["FN0204", "FN0255"]);
    assert_eq!(results[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 13);
    let title = &sarif["runs"][0]["tool"]["driver"]["rules"][0]["shortDescription"]["text"];
    assert!(title.as_str().is_some_and(|title| !title.is_empty()), "a rule of the platform has its title");

    let folder = TempFolder::new("doctest-run");
    let wrong = "vnet a 10.0.0.0/16 { subnet s 10.0.0.0/24 }\ncheck \"hops\" {\n  assert next-hop a.s to 8.8.8.8 is internet\n  assert next-hop a.s to 8.8.8.8 is vnet\n}\n";
    let path = folder.file("wrong.fnet", wrong);
    let path = path.to_str().expect("a path");
    let junit = fnet(["run", "--format", "junit", path]).calm().ends(1).stdout;
    assert!(junit.contains("tests=\"3\" failures=\"1\""), "{junit}");
    assert!(junit.contains("name=\"hops: assert next-hop a.s to 8.8.8.8 is vnet\""), "{junit}");
    let github = fnet(["run", "--format", "github", path]).calm().ends(1).stdout;
    assert!(github.starts_with("::error file=") && github.contains(",line=4,"), "{github}");
    let broken = folder.file("broken.fnet", "vnett a\n");
    let github = fnet(["check", "--format", "github", broken.to_str().expect("a path")]).calm().ends(2).stdout;
    assert!(github.contains("broken.fnet,line=1,") && github.contains("title=FN0106::"), "{github}");
}

/// Nothing that is written in a document ends in a panic, or in a change of another line.
#[test]
fn anything_may_stand_in_a_document() {
    let marks = [
        "```fnet",
        "```",
        "> ",
        "- ",
        "  ",
        "\t",
        "fnet> show",
        "fnet> nsg a",
        "...> }",
        "...",
        "[..]",
        "#~ error[FN0110]",
        "x.fnet:",
        "é",
        "\r\n",
        "# H",
        "///",
        "/**",
        "*/",
        "~~~fnet fails",
    ];
    let mut seed = 7u32;
    for _ in 0..400 {
        let mut text = String::new();
        for _ in 0..24 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.push_str(marks[(seed >> 16) as usize % marks.len()]);
            if seed & 0x300 != 0 {
                text.push('\n');
            }
        }
        for name in ["page.md", "code.rs"] {
            let report = run(name, &text);
            let fences = text.matches("fnet").count();
            assert!(report.tests.len() <= fences, "{text}");
            assert!(
                report.tests.iter().all(|test| !matches!(test.outcome, TestOutcome::Failed(ref all) if all.is_empty()))
            );
        }
    }
}
