//! `explain` of a rule, a family, a topic, a diagnostic code or a declared name.

use super::answer::{Answer, AppFares, ExplainAnswer, RuleAnswer, RunningAnswer};
use super::{Asked, because, name, running};
use crate::diagnostic::{Diagnostic, did_you_mean, page};
use crate::engine::{Finding, findings};
use crate::model::{AppId, Thing};
use crate::platform::{Edition, Platform, Rule, Topic};
use crate::source::Span;
use crate::syntax::ast::Word;
use std::sync::Arc;

impl RuleAnswer {
    /// The plain data of a rule.
    pub(super) fn of(rule: &Rule, platform: &Platform) -> Self {
        let source = |cited: &String| {
            let (key, heading) = cited.split_once(", ").unwrap_or((cited, ""));
            match platform.document(key) {
                Some(document) => {
                    let file = document.file.map(|file| format!(" ({file})")).unwrap_or_default();
                    let heading = if heading.is_empty() { String::new() } else { format!(", \"{heading}\"") };
                    format!("{}{file}{heading}", document.title)
                }
                None => cited.clone(),
            }
        };
        let open = |id: &String| platform.open_point(id).map(|point| (point.id, point.question, point.default));
        Self {
            id: rule.id.clone(),
            title: rule.title.clone(),
            text: rule.text.clone(),
            sources: rule.sources.iter().map(source).collect(),
            remedy: rule.remedy.clone(),
            code: rule.code.clone(),
            derived: rule.derived,
            open_points: rule.open_points.iter().filter_map(open).collect(),
        }
    }
}

/// Answers `explain WORDS`.
pub(super) fn explain(asked: &Asked<'_>, words: &[Word]) -> Result<Answer, Diagnostic> {
    let texts: Vec<String> = words.iter().map(Word::plain).collect();
    let span = words.first().map(|word| word.span()).into_iter().chain(words.last().map(|w| w.span())).reduce(Span::to);
    let span = span.unwrap_or(Span { source: crate::source::SourceId(0), start: 0, end: 0 });
    explain_texts(asked, &texts, span).map(Answer::Explain)
}

/// Answers `fnet explain WORDS`, where no question stands in a source.
pub(crate) fn explain_words(asked: &Asked<'_>, words: &[String]) -> Result<Answer, Diagnostic> {
    let span = Span { source: crate::source::SourceId(u32::MAX), start: 0, end: 0 };
    explain_texts(asked, words, span).map(Answer::Explain)
}

fn explain_texts(asked: &Asked<'_>, words: &[String], span: Span) -> Result<ExplainAnswer, Diagnostic> {
    let platform = &asked.model.platform;
    let about = words.join(" ");
    let dotted = words.join(".");
    let mut answer = ExplainAnswer {
        about: about.clone(),
        title: about.clone(),
        text: None,
        example: None,
        edition: platform.edition().to_string(),
        open_points: Vec::new(),
        rules: Vec::new(),
        in_full: true,
        running: Vec::new(),
        apps: Vec::new(),
    };
    if let Some(code) = code(platform, &about) {
        (answer.title, answer.text, answer.example) = (code.0, code.1, code.2);
        answer.rules.extend(code.3.map(|rule| RuleAnswer::of(&rule, platform)));
        return Ok(answer);
    }
    if let Some(rule) = platform.rule(&dotted) {
        answer.title = rule.title.clone();
        answer.apps = fares(asked, &[dotted]);
        answer.rules.push(RuleAnswer::of(&rule, platform));
        return Ok(answer);
    }
    if open_points(platform, &about, &mut answer) {
        return Ok(answer);
    }
    let topic = topic(platform, &about);
    let named = |one: &String| {
        let whole = asked.model.names.iter().find(|(known, _)| *known == one);
        whole.or_else(|| asked.model.names.iter().find(|(known, _)| known.ends_with(&format!(".{one}"))))
    };
    let named = if let [one] = words { named(one) } else { None };
    // A word may be the beginning of ids and what people call a topic at once (`storage`): then both are told. What is
    // declared under the word goes before ids that begin so (an appliance `fw`), but not before a topic.
    let declared = topic.is_none() && named.as_ref().is_some_and(|(known, _)| *known == about);
    let mut wanted = topic.as_ref().map(|topic| topic.rules.clone()).unwrap_or_default();
    wanted.push(dotted.clone());
    let rules = if declared { Vec::new() } else { family(platform, &wanted) };
    if !rules.is_empty() {
        answer.title = topic.map_or_else(|| format!("rules {dotted}.*"), |topic| topic.title.clone());
        answer.in_full = rules.len() <= 4;
        answer.apps = fares(asked, &wanted);
        answer.rules = rules.iter().map(|rule| RuleAnswer::of(rule, platform)).collect();
        return Ok(answer);
    }
    if let Some((known, thing)) = named {
        answer.title = format!("{} {known}", thing.kind().word());
        answer.text = Some(name::describe(asked, thing));
        answer.apps = about_thing(asked, thing);
        if let Thing::App(id) = thing {
            answer.running = survey(asked, id);
        }
        return Ok(answer);
    }
    Err(unknown(asked, &about, &dotted, span))
}

/// Where the documents leave something open: one such point, by the id that traces show, with the rules that rest on it; or
/// all of them.
fn open_points(platform: &Platform, about: &str, answer: &mut ExplainAnswer) -> bool {
    let point = |id: &str| platform.open_point(id).map(|point| (point.id, point.question, point.default));
    let all = platform.names("open-point");
    if matches!(about.to_lowercase().replace('-', " ").as_str(), "open points" | "open point") {
        answer.title = "where the documents are silent or disagree".into();
        answer.open_points = all.into_iter().filter_map(point).collect();
        return true;
    }
    let Some(id) = all.into_iter().find(|id| id.eq_ignore_ascii_case(about)) else { return false };
    let resting = platform.rule_ids().into_iter().filter_map(|rule| platform.rule(rule));
    answer.title = format!("{id}: an open point of the documentation");
    answer.open_points.extend(point(id));
    answer.rules = resting
        .filter(|rule| rule.open_points.iter().any(|point| point == id))
        .map(|rule| RuleAnswer::of(&rule, platform))
        .collect();
    answer.in_full = false;
    true
}

fn unknown(asked: &Asked<'_>, about: &str, dotted: &str, span: Span) -> Diagnostic {
    let platform = &asked.model.platform;
    let other = Edition::all().find(|edition| Platform::of(*edition).declares(dotted));
    if let Some(edition) = other {
        let message = format!("edition {} has no rule `{dotted}`; edition {edition} has", platform.edition());
        return Diagnostic::error("FN0117", span, message).help(format!("begin with `edition {edition}`"));
    }
    let topics = platform.topics();
    let words = topics.iter().flat_map(|topic| topic.words.iter().chain([&topic.name])).map(String::as_str);
    let ids = platform.rule_ids();
    let names = asked.model.names.iter().map(|(known, _)| known);
    let near = did_you_mean(about, words.chain(names)).or_else(|| did_you_mean(dotted, ids));
    let help = near.unwrap_or_else(|| {
        "a rule id or an open point as traces print them, a topic such as `private dns`, a code such as `FN0204`, or a \
         declared name"
            .into()
    });
    Diagnostic::error("FN0113", span, format!("nothing is known about `{about}`")).help(help)
}

/// Title, text, example and rule of a code.
type Code = (String, Option<String>, Option<String>, Option<Rule>);

/// The page of a diagnostic's code.
fn code(platform: &Platform, about: &str) -> Option<Code> {
    let about = about.trim_start_matches("error[").trim_end_matches(']');
    if let Some(page) = page(about) {
        let example = Some(page.example.to_string()).filter(|example| !example.is_empty());
        return Some((format!("{}: {}", page.code, page.title), Some(page.text.to_string()), example, None));
    }
    let upper = about.to_uppercase();
    if !upper.starts_with("FN") {
        return None;
    }
    let mut platforms = vec![platform.clone()];
    platforms.extend(Edition::all().filter(|edition| *edition != platform.edition()).map(Platform::of));
    for platform in platforms {
        let ids = platform.rule_ids();
        let found =
            ids.into_iter().filter_map(|id| platform.rule(id)).find(|rule| rule.code.as_deref() == Some(&upper));
        if let Some(rule) = found {
            return Some((format!("{upper}: {}", rule.title), None, None, Some(rule)));
        }
    }
    None
}

/// The rules whose ids are one of these, or begin with one of these and a dot, in the order of these.
fn family(platform: &Platform, wanted: &[String]) -> Vec<Rule> {
    let place = |id: &str| wanted.iter().position(|wanted| because::belongs(id, wanted));
    let mut found: Vec<(usize, Rule)> =
        platform.rule_ids().iter().filter_map(|id| Some((place(id)?, platform.rule(id)?))).collect();
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, rule)| rule).collect()
}

/// The topic that a person means.
fn topic(platform: &Platform, about: &str) -> Option<Arc<Topic>> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', '.'], " ");
    let about = plain(about);
    let topics = platform.topics();
    let same = |topic: &&Arc<Topic>| plain(&topic.name) == about || topic.words.iter().any(|word| plain(word) == about);
    topics.iter().find(same).cloned()
}

/// How the apps of the model fare under some rules: the findings, and what follows from the rules that an app's facts
/// decide.
fn fares(asked: &Asked<'_>, rules: &[String]) -> Vec<AppFares> {
    let engine = asked.engine;
    let belongs = |id: &str| rules.iter().any(|rule| because::belongs(id, rule));
    let all: Vec<Finding> = findings(engine).into_iter().filter(|finding| belongs(&finding.rule)).collect();
    let mut fares = Vec::new();
    for (id, app) in asked.model.apps() {
        let mut lines: Vec<String> = Vec::new();
        for finding in &all {
            if concerns(asked, finding, id) {
                lines.push(format!("{}: {}", finding.rule, finding.message));
            }
        }
        for (rule, text) in engine.facts_of(id) {
            if belongs(&rule) {
                lines.push(format!("{rule}: {text}"));
            }
        }
        lines.extend(running::fares(asked, id, belongs));
        if !lines.is_empty() {
            fares.push(AppFares { app: app.head.name.clone(), lines });
        }
    }
    fares
}

pub(super) fn concerns(asked: &Asked<'_>, finding: &Finding, app: AppId) -> bool {
    let engine = asked.engine;
    let mut mine = vec![Thing::App(app)];
    mine.extend(asked.model[app].on);
    mine.extend(engine.integration_subnet(app).map(Thing::Subnet));
    finding.about.iter().any(|thing| mine.contains(thing))
}

/// Whether an app starts, and what each of its triggers does.
fn survey(asked: &Asked<'_>, id: AppId) -> Vec<RunningAnswer> {
    let (engine, app) = (asked.engine, &asked.model[id]);
    let name = &app.head.name;
    let mut all = vec![running::in_a_line(asked, format!("can {name} start"), "start", &engine.start(id))];
    for trigger in &app.triggers {
        let question = |verb: &str| format!("can {name}.{} {verb}", trigger.name);
        all.push(running::in_a_line(asked, question("fire"), "fire", &engine.fire(id, trigger)));
        all.push(running::in_a_line(asked, question("scale"), "scale", &engine.scale(id, trigger)));
    }
    all
}

/// What is known of a declared thing: of an app every fact, of others the findings.
fn about_thing(asked: &Asked<'_>, thing: Thing) -> Vec<AppFares> {
    let engine = asked.engine;
    let name = thing.head(asked.model).name.clone();
    let mut lines = Vec::new();
    if let Thing::App(id) = thing {
        lines.extend(engine.facts_of(id).into_iter().map(|(rule, text)| format!("{rule}: {text}")));
    }
    for finding in findings(engine) {
        let mine = match thing {
            Thing::App(id) => concerns(asked, &finding, id),
            other => finding.about.contains(&other),
        };
        if mine {
            lines.push(format!("{}: {}", finding.rule, finding.message));
        }
    }
    if lines.is_empty() { Vec::new() } else { vec![AppFares { app: name, lines }] }
}
