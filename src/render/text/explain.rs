//! What `explain` tells of a rule, topic, code or name. What it adds to the steps of a question is in [`super::trace`].

use super::trace::hanging;
use crate::query::answer::{ExplainAnswer, RuleAnswer};
use crate::render::markup::{Markup, Tag};
use crate::render::table::{pad, width, wrap};

pub(super) fn explain(answer: &ExplainAnswer, mut out: Markup) -> Markup {
    out.push(Tag::Strong, &answer.title);
    out.push(Tag::Dim, format!("  (edition {})", answer.edition)).line();
    if let Some(text) = &answer.text {
        out.line();
        for line in wrap(text, out.room(2)) {
            out.plain("  ").plain(line).line();
        }
    }
    if let Some(example) = &answer.example {
        out.line().plain("  The shortest script that shows it:").line().line();
        for line in example.lines() {
            out.plain("    ").push(Tag::Code, line).line();
        }
    }
    if !answer.running.is_empty() {
        super::running::survey(&mut out, &answer.running);
    }
    open_points(&mut out, answer);
    if answer.in_full {
        answer.rules.iter().for_each(|rule| rule_in_full(&mut out, rule));
    } else if !answer.rules.is_empty() {
        out.line();
        let widest = answer.rules.iter().map(|rule| width(&rule.id)).max().unwrap_or(0);
        for rule in &answer.rules {
            out.plain("  ").push(Tag::Name, pad(&rule.id, widest)).plain("  ").plain(&rule.title).line();
        }
        out.line().push(Tag::Dim, "  `explain RULE` tells one in full").line();
    }
    if !answer.apps.is_empty() {
        out.line().push(Tag::Strong, "  In this model").line();
        let rule_of = |fact: &String| fact.split_once(": ").map_or(0, |(rule, _)| width(rule));
        let widest = answer.apps.iter().flat_map(|fares| &fares.lines).map(rule_of).max().unwrap_or(0);
        for fares in &answer.apps {
            out.line().plain("  ").push(Tag::Strong, &fares.app).line();
            for fact in &fares.lines {
                let (rule, text) = fact.split_once(": ").unwrap_or(("", fact));
                let lines = wrap(text, out.room(widest + 6).max(30));
                for (at, line) in lines.iter().enumerate() {
                    let rule = if at == 0 { rule } else { "" };
                    out.plain("    ").push(Tag::Name, pad(rule, widest)).plain("  ").plain(line).line();
                }
            }
        }
    }
    out
}

fn open_points(out: &mut Markup, answer: &ExplainAnswer) {
    for (id, question, default) in &answer.open_points {
        out.line().plain("  ").push(Tag::Name, id).line();
        for line in wrap(question, out.room(4)) {
            out.plain("    ").plain(line).line();
        }
        hanging(out, "    fnet takes: ", default);
    }
    if !answer.open_points.is_empty() && !answer.rules.is_empty() {
        out.line().plain("  Rules that rest on it:").line();
    }
}

fn rule_in_full(out: &mut Markup, rule: &RuleAnswer) {
    out.line().plain("  ").push(Tag::Name, &rule.id);
    if let Some(code) = &rule.code {
        out.push(Tag::Dim, format!("  {code}"));
    }
    out.line();
    for line in wrap(&rule.text, out.room(4)) {
        out.plain("    ").plain(line).line();
    }
    if let Some(remedy) = &rule.remedy {
        let lines = wrap(remedy, out.room(15));
        for (at, line) in lines.iter().enumerate() {
            out.push(Tag::Strong, if at == 0 { "    to change: " } else { "               " }).plain(line).line();
        }
    }
    for (id, question, default) in &rule.open_points {
        for line in wrap(&format!("open point {id}: {question} fnet takes: {default}"), out.room(4)) {
            out.push(Tag::Doubt, format!("    {line}")).line();
        }
    }
    for source in &rule.sources {
        hanging(out, "    source: ", source);
    }
    if rule.derived {
        out.push(Tag::Dim, "    derived: no page states it in so many words").line();
    }
}
