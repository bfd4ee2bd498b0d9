//! `fnet mdbook`, as mdBook calls it: a book goes in as JSON, and comes out with its blocks highlighted, or not at all.

mod common;

use common::{files, fnet, fnet_with, root, slashed, updating};
use serde_json::{Value, json};

fn book(chapters: &[(&str, &str)]) -> String {
    let chapter = |(path, content): &(&str, &str)| json!({"Chapter": {"name": path, "content": content, "path": path, "source_path": path, "sub_items": [], "parent_names": []}});
    let all: Vec<Value> = chapters.iter().map(chapter).collect();
    let context =
        json!({"root": root(), "config": {"book": {"src": "docs"}}, "renderer": "html", "mdbook_version": "0.5.4"});
    json!([context, {"items": all}]).to_string()
}

/// The page that a text becomes.
#[track_caller]
fn page(content: &str) -> String {
    let made = fnet_with(["mdbook"], book(&[("page.md", content)]).as_bytes()).calm().ends(0).stdout;
    let made: Value = serde_json::from_str(&made).expect("JSON");
    made["items"][0]["Chapter"]["content"].as_str().expect("a page").to_string()
}

/// HTML without its tags, entities as what they stand for.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[test]
fn what_is_around_a_block_stays_as_it_is() {
    let made = page(
        "# One\n\nBefore <b>it</b>.\n\n```fnet\nvnet hub 10.0.0.0/16\n```\n\n```rust\nfn main() {}\n```\nBehind\n",
    );
    let (before, rest) = made.split_once("<pre class=\"fnet\">").expect("a block");
    assert_eq!(before, "# One\n\nBefore <b>it</b>.\n\n");
    let (block, behind) = rest.split_once("</pre>").expect("its end");
    assert_eq!(behind, "\n\n```rust\nfn main() {}\n```\nBehind\n");
    assert!(
        block.contains("<span class=\"fnet-kind\">vnet</span> <span class=\"fnet-new-name\">hub</span>"),
        "{block}"
    );
}

/// A block loses no character, whatever stands in it: every script there is, as a page.
#[test]
fn no_character_of_a_block_is_lost() {
    let mut scripts = 0;
    for path in files("examples", ".fnet") {
        // One of them is there because it is no text.
        let Ok(script) = std::fs::read_to_string(root().join(&path)) else { continue };
        scripts += 1;
        let made = page(&format!("```fnet ignore\n{}\n```\n", script.trim_end()));
        assert_eq!(plain(&made).trim_end(), script.trim_end(), "{}", slashed(&path));
    }
    assert!(scripts > 40, "scripts are found");
}

#[test]
fn answers_and_the_picture_stand_below_the_block_that_asks_for_them() {
    let text = "## Declared\n\n```fnet\nvnet hub 10.0.0.0/16 { subnet s 10.0.0.0/24 }\nhost a in hub.s 10.0.0.4 { listen tcp 443 }\nhost b in hub.s 10.0.0.5\n```\n\n### Asked\n\n```fnet answers graph\ncan b reach a:443\n```\n";
    let made = page(text);
    let (_, below) = made.split_once("### Asked").expect("the second part");
    assert!(plain(below).contains("fnet> can b reach a:443\nyes\n"), "{below}");
    assert!(below.contains("<svg") && below.contains("host a") && !below.contains("<style>"), "{below}");
    assert_eq!(made.matches("<svg").count(), 1);
}

/// An element of HTML ends where Markdown's lines no longer belong to the list or quote.
#[test]
fn in_lists_and_quotes_every_line_stays_inside() {
    let made = page(
        "* first:\n\n  ```fnet answers\n  vnet hub 10.0.0.0/16\n\n  show hub\n  ```\n* second\n\n> ```fnet\n> plan y1 { tier Consumption }\n>\n> app a on y1\n> ```\n",
    );
    for line in made.lines().skip_while(|line| !line.contains("<pre")).take_while(|line| !line.contains("second")) {
        assert!(line.starts_with("  ") || line.is_empty(), "{line:?} in {made}");
    }
    let quoted: Vec<&str> = made.lines().skip_while(|line| !line.starts_with("> <pre")).collect();
    assert!(quoted.len() >= 3 && quoted.iter().all(|line| line.starts_with('>')), "{made}");
}

#[test]
fn transcripts_keep_what_is_printed_apart() {
    let made = page(
        "```fnet\nfnet> vnet hub 10.0.0.0/16 {\n...>   subnet s 10.0.0.0/24\n...> }\nfnet> show hub.s\n...\n```\n",
    );
    assert!(
        made.contains("<span class=\"fnet-prompt\">fnet&gt;</span> <span class=\"fnet-kind\">vnet</span>"),
        "{made}"
    );
    assert!(made.contains("<span class=\"fnet-output\">...</span>"), "{made}");
}

#[test]
fn a_block_that_fails_keeps_the_book_from_being_built() {
    let bad = "# Networks\n\n```fnet\nvnet hub 10.0.0.0/33\n```\n";
    let run = fnet_with(["mdbook"], book(&[("good.md", "text\n"), ("deep/bad.md", bad)]).as_bytes()).ends(1);
    assert!(run.stdout.is_empty(), "nothing is written");
    let run = run.says("docs/deep/bad.md:4:").says("FN0110");
    run.says("0 passed, 1 failed");
}

#[test]
fn chapters_within_chapters_are_made_and_drafts_left() {
    let inner = json!({"Chapter": {"name": "b", "content": "```fnet\nvnet v 10.0.0.0/16\n```\n", "path": "b.md", "sub_items": []}});
    let draft = json!({"Chapter": {"name": "c", "content": "", "path": null, "sub_items": []}});
    let outer =
        json!({"Chapter": {"name": "a", "content": "", "path": "a.md", "sub_items": [inner, "Separator", draft]}});
    for (word, of) in [("items", "0.5"), ("sections", "0.4")] {
        let text = json!([{"root": "/", "config": {}}, {word: [{"PartTitle": "One"}, outer], "more": of}]).to_string();
        let made: Value = serde_json::from_str(&fnet_with(["mdbook"], text.as_bytes()).ends(0).stdout).expect("JSON");
        let inner = &made[word][1]["Chapter"]["sub_items"];
        assert!(inner[0]["Chapter"]["content"].as_str().is_some_and(|page| page.contains("fnet-kind")), "mdBook {of}");
        assert_eq!(inner[2], draft);
        assert_eq!(made["more"], of, "what is not known is handed on");
    }
}

#[test]
fn it_answers_what_mdbook_asks() {
    fnet(["mdbook", "supports", "html"]).ends(0);
    fnet(["mdbook", "supports", "epub"]).ends(1);
    for wrong in ["", "{}", "[1, 2]", "[{}]"] {
        fnet_with(["mdbook"], wrong.as_bytes()).calm().ends(3).says("not what mdbook writes");
    }
}

/// The book of `docs/` has the style sheet that the program gives to any book.
#[test]
fn the_style_sheet_of_the_book_is_that_of_the_program() {
    let css = fnet(["mdbook", "css"]).ends(0).stdout;
    let path = root().join("docs/fnet.css");
    if updating() {
        std::fs::write(&path, &css).expect("a style sheet");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(kept == css, "docs/fnet.css is another; `FNET_UPDATE=1 cargo test --test mdbook` makes it");
}

/// Every page of the folder stands in the book, and the book names no page that is not there.
#[test]
fn every_page_of_the_docs_stands_in_the_book() {
    let summary = std::fs::read_to_string(root().join("docs/SUMMARY.md")).expect("a summary");
    let mut named: Vec<String> =
        summary.split("](").skip(1).filter_map(|rest| Some(format!("docs/{}", rest.split_once(')')?.0))).collect();
    named.sort();
    let mut pages: Vec<String> = files("docs", ".md").iter().map(|path| slashed(path)).collect();
    pages.retain(|page| page != "docs/SUMMARY.md");
    assert_eq!(named, pages);
}
