//! A page with its blocks as they are shown: words with their classes as HTML, and below a block what it asks for. Whether
//! a block is true is not asked here.

use crate::doctest::Options;
use crate::doctest::blocks::{Block, Show, Use};
use crate::doctest::document::Document;
use crate::doctest::shelf::Shelf;
use crate::doctest::talk::Talk;
use crate::doctest::transcript::{entries, is_transcript};
use crate::render::{self, Sheet};
use crate::syntax;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

/// The page; what is no block of fnet stays as it is, byte for byte.
pub(super) fn shown(name: &str, text: &str, options: &Options) -> String {
    let document = Document::read(Path::new(name), text);
    let mut out = String::with_capacity(text.len() * 2);
    let mut from = 0;
    for (at, block) in document.outline.blocks.iter().enumerate() {
        let Some(before) = text.get(from..block.open.start) else { continue };
        out.push_str(before);
        from = block.end.max(block.open.end);
        let mut html = words(block, text);
        for show in &block.tag.shows {
            html.push_str(&below(*show, at, &document, options));
        }
        // Inside a list or a quote every line begins as those of the block do.
        let margin = block.margin(text);
        for (n, line) in html.lines().enumerate() {
            if n > 0 {
                out.push('\n');
                out.push_str(&margin);
            }
            out.push_str(line);
        }
    }
    out.push_str(text.get(from..).unwrap_or(""));
    out
}

/// A block's words, each in its class.
fn words(block: &Block, text: &str) -> String {
    let said = block.said(text);
    let mut html = String::from("<pre class=\"fnet\"><code class=\"nohighlight\">");
    if is_transcript(&said) {
        let (entries, _) = entries(&said);
        let mut line = 0;
        while line < said.len() {
            match entries.iter().find(|entry| entry.prompt.start == line) {
                Some(entry) => {
                    typed(&said[entry.prompt.clone()], &mut html);
                    line = entry.prompt.end;
                }
                None => {
                    let _ = writeln!(html, "<span class=\"fnet-output\">{}</span>", escape(said[line]));
                    line += 1;
                }
            }
        }
    } else {
        html.push_str(&highlighted(&block.text(text)));
    }
    html.push_str("</code></pre>\n");
    html
}

/// The lines of an entry: what is typed stands behind the prompt.
fn typed(lines: &[&str], html: &mut String) {
    const PROMPT: usize = "fnet>".len();
    let parts = lines.iter().map(|line| line.split_at(PROMPT.min(line.len())));
    let entry: String = parts.clone().map(|(_, words)| format!("{words}\n")).collect();
    let shown = highlighted(&entry);
    for ((prompt, _), words) in parts.zip(shown.lines()) {
        let _ = writeln!(html, "<span class=\"fnet-prompt\">{}</span>{words}", escape(prompt));
    }
}

/// A text with its words in their classes. Nothing of it is lost, and no class goes on over a line's end.
fn highlighted(text: &str) -> String {
    let mut html = String::new();
    let mut from = 0;
    for (place, class) in syntax::classes(text) {
        html.push_str(&escape(text.get(from..place.start).unwrap_or("")));
        let word = text.get(place.clone()).unwrap_or("");
        for (n, line) in word.split('\n').enumerate() {
            if n > 0 {
                html.push('\n');
            }
            if !line.is_empty() {
                let _ = write!(html, "<span class=\"fnet-{}\">{}</span>", class.word(), escape(line));
            }
        }
        from = place.end;
    }
    html.push_str(&escape(text.get(from..).unwrap_or("")));
    html
}

/// What is shown below a block: only below one that is run.
fn below(show: Show, at: usize, document: &Document, options: &Options) -> String {
    let block = &document.outline.blocks[at];
    if block.tag.to_do != Use::Run || block.names.is_some() {
        return String::new();
    }
    let mut talk = Talk::new(Arc::new(Shelf::of(document, options)), options.edition);
    let chain = document.outline.chain(block.section);
    let before = document.outline.blocks.iter().enumerate().take(at);
    before.filter(|(_, other)| chain.contains(&other.section)).for_each(|(other, _)| talk.take(other, document));
    if is_transcript(&block.said(&document.text)) {
        talk.take(at, document);
        return match show {
            Show::Answers => String::new(),
            Show::Graph => picture(&mut talk, None),
        };
    }
    let answers = talk.answers(at, document);
    match show {
        Show::Answers if answers.is_empty() => String::new(),
        Show::Answers => {
            let mut html = String::from("<pre class=\"fnet fnet-answers\"><code class=\"nohighlight\">");
            for (n, (question, answer)) in answers.iter().enumerate() {
                let gap = if n > 0 { "\n" } else { "" };
                let _ = writeln!(html, "{gap}<span class=\"fnet-prompt\">fnet&gt;</span> {}", highlighted(question));
                for line in render::answer(answer).to_text(&render::Style::default()).trim_end().lines() {
                    let _ = writeln!(html, "<span class=\"fnet-output\">{}</span>", escape(line));
                }
            }
            html.push_str("</code></pre>\n");
            html
        }
        Show::Graph => {
            let reach = answers.iter().rev().find(|(_, answer)| matches!(**answer, crate::query::Answer::Reach(_)));
            picture(&mut talk, reach.map(|(question, _)| question.as_str()))
        }
    }
}

fn picture(talk: &mut Talk, question: Option<&str>) -> String {
    let Some(graph) = talk.graph(question) else { return String::new() };
    format!("<div class=\"fnet-picture\">\n{}</div>\n", render::svg(&graph, Sheet::Page))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
