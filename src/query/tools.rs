//! `tcpping APP HOST:PORT` and `nameresolver APP NAME [SERVER]`: what the tools of an app's console would print.
//!
//! They ask what `can` and `resolve` ask; here is only how the tools tell it, and how long one waits.

use super::answer::{
    ConsoleAnswer, NameresolverAnswer, PartAnswer, RunAnswer, StepAnswer, TcppingAnswer, VerdictWord, WaitAnswer,
};
use super::{Asked, name, reach, resolve};
use crate::diagnostic::Diagnostic;
use crate::engine::{Asker, Mark, Outcome, Resolution, Source, Step, SymbolOf, Target};
use crate::model::{AppId, Kind, Plan, Thing};
use crate::source::Span;
use crate::syntax::ast::{How, Reach, Word};
use crate::syntax::literal::{self, AddressLiteral};

/// Answers `tcpping`.
pub(super) fn tcpping(asked: &Asked<'_>, app: &Word, target: &Word, span: Span) -> Result<TcppingAnswer, Diagnostic> {
    let id = app_of(asked, app)?;
    let read = name::target(asked, target, &Source::App(id))?;
    let port = match read.ports.as_ref().and_then(|ports| ports.ranges().first().map(|range| range.0)) {
        Some(port) => port,
        None => u16::try_from(asked.model.platform.limit("tcpping-port")).unwrap_or(0),
    };
    let host = match &read.target {
        Target::Name(host, _) => host.clone(),
        Target::Ends(ends) => ends.to_string(),
    };
    let parts = literal::endpoint(&target.text);
    if parts.ports.is_some() && read.ports.as_ref().is_some_and(|ports| ports.single().is_none()) {
        return Err(Diagnostic::error("FN0121", target.span(), "tcpping tries one port"));
    }
    let aimed = match parts.ports {
        Some(_) => target.clone(),
        None if parts.target.contains(':') => Word::new(format!("[{}]:{port}", parts.target), target.span()),
        None => Word::new(format!("{}:{port}", parts.target), target.span()),
    };
    let question = |how| Reach { source: app.clone(), target: aimed.clone(), how };
    let connection = question(vec![How::Over(Word::new("tcp", target.span()))]);
    let found = reach::reach(asked, &connection, span, false)?;
    let lookup = match &read.target {
        Target::Name(host, _) => asked.engine.resolve(Asker::App(id), host, 0),
        Target::Ends(_) => Resolution::default(),
    };
    let goal = format!("{host}:{port}");
    let mut console = console(asked, app, id, "tcpping", &goal);
    // The tool is content with a connection; what answers may refuse all the same.
    if found.verdict == VerdictWord::Yes
        && let Ok(reach::Judged { answer, .. }) = reach::judged(asked, &question(Vec::new()), span)
        && let (Some(rule), Some(why)) = (answer.decided_by, answer.headline)
        && answer.verdict == VerdictWord::No
    {
        let step = Step::new(&rule, Mark::Warn, format!("the connection is made, and then: {why}"));
        console.notes.push(StepAnswer::of(&step, asked, false));
    }
    Ok(TcppingAnswer {
        console,
        verdict: found.verdict,
        outcome: found.outcome,
        headline: found.headline,
        decided_by: found.decided_by,
        runs: found.parts.into_iter().map(|part| run(asked, part, &goal, waited(&lookup))).collect(),
    })
}

/// What the tool prints for a part of the flows.
fn run(asked: &Asked<'_>, part: PartAnswer, goal: &str, lookup: i64) -> RunAnswer {
    let platform = &asked.model.platform;
    let (all, timeout) = (platform.limit("tcpping-attempts"), platform.limit("tcp-timeout"));
    let is = |outcome: Outcome| part.outcome.as_deref() == Some(outcome.word());
    let attempt = match part.verdict {
        VerdictWord::Yes => Some("tcpping-connected"),
        _ if is(Outcome::Dropped) => Some("tcpping-timeout"),
        _ if is(Outcome::Unresolved) => Some("tcpping-unresolved"),
        _ if is(Outcome::NotListening) => Some("tcpping-refused"),
        _ => None,
    };
    let lines = attempt.map_or_else(Vec::new, |attempt| {
        let done = if part.verdict == VerdictWord::Yes { all } else { 0 };
        let percent = (done * 100).checked_div(all).unwrap_or(0);
        let mut lines: Vec<String> = (0..all).map(|_| platform.word(attempt).replace("{target}", goal)).collect();
        let last = platform.word("tcpping-complete").replace("{done}", &done.to_string());
        lines.push(last.replace("{all}", &all.to_string()).replace("{percent}", &percent.to_string()));
        lines
    });
    let mut waits = Vec::new();
    if lookup > 0 {
        waits.push((lookup, "for name servers that do not answer".to_string()));
    }
    if is(Outcome::Dropped) {
        waits.push((all * timeout, format!("for {all} attempts of {timeout} s each")));
    }
    let wait = (!waits.is_empty()).then(|| WaitAnswer {
        seconds: waits.iter().map(|(seconds, _)| seconds).sum(),
        text: match waits.as_slice() {
            [(_, text)] => text.clone(),
            all => all.iter().map(|(seconds, text)| format!("{seconds} s {text}")).collect::<Vec<_>>().join(", "),
        },
    });
    RunAnswer { lines, wait, part }
}

/// Answers `nameresolver`.
pub(super) fn nameresolver(
    asked: &Asked<'_>,
    app: &Word,
    word: &Word,
    server: Option<&Word>,
) -> Result<NameresolverAnswer, Diagnostic> {
    let id = app_of(asked, app)?;
    let host = resolve::host_name(asked, word)?;
    let (engine, asker) = (asked.engine, Asker::App(id));
    let (resolution, told) = match server {
        Some(server) => {
            let address = server_address(asked, server)?;
            (engine.resolve_using(asker, &host, address), format!("{host} {address}"))
        }
        None => (engine.resolve(asker, &host, 0), host.clone()),
    };
    let mut console = console(asked, app, id, "nameresolver", &told);
    if let Some(seconds) = engine.dns_cache_of(id).filter(|seconds| *seconds > 0 && !resolution.answers.is_empty()) {
        let text = format!("{} keeps an answer for {seconds} s at most", asked.model[id].head.name);
        let step = Step::note("dns.timeout.defaults", text);
        console.notes.push(StepAnswer::of(&step, asked, false));
    }
    let found = resolve::answer(asked, host, asked.model[id].head.name.clone(), &resolution);
    let seconds = waited(&resolution);
    let server = resolution.asked.last().map(|asked| asked.address.to_string());
    Ok(NameresolverAnswer {
        console,
        verdict: found.verdict,
        lines: printed(asked, &found.name, found.verdict, &resolution),
        wait: (seconds > 0).then(|| WaitAnswer { seconds, text: "for name servers that do not answer".to_string() }),
        name: found.name,
        addresses: found.addresses,
        aliases: resolution.aliases,
        server,
        steps: found.steps,
        assumptions: found.assumptions,
        remedies: found.remedies,
    })
}

/// What `nameresolver` prints.
fn printed(asked: &Asked<'_>, name: &str, verdict: VerdictWord, resolution: &Resolution) -> Vec<String> {
    let word = |id: &str| asked.model.platform.word(id);
    if verdict == VerdictWord::Unknown {
        return Vec::new();
    }
    let answers = resolution.asked.iter().rev().find(|server| server.silent.is_none());
    let mut lines = Vec::new();
    for server in resolution.asked.iter().filter(|_| answers.is_none()) {
        let text = word("nameresolver-silence").replace("{server}", &server.address.to_string());
        lines.push(text.replace("{seconds}", &server.silent.unwrap_or(0).to_string()));
    }
    if let Some(server) = answers {
        lines.push(word("nameresolver-server").replace("{server}", &server.address.to_string()));
        lines.push(String::new());
    }
    if verdict == VerdictWord::No {
        if answers.is_some() {
            lines.push(word("nameresolver-no-name").replace("{name}", name));
        }
        return lines;
    }
    let last = resolution.aliases.last().map_or(name, String::as_str);
    lines.push(word("nameresolver-answer"));
    lines.push(word("nameresolver-name").replace("{name}", last));
    lines.push(word("nameresolver-addresses"));
    lines.extend(resolution.answers.iter().map(|ends| match ends.symbol().map(|symbol| &symbol.of) {
        Some(SymbolOf::Name(_)) => "    (a public address)".to_string(),
        Some(_) => format!("    ({ends})"),
        None => format!("    {ends}"),
    }));
    if !resolution.aliases.is_empty() {
        lines.push(word("nameresolver-aliases"));
        lines.extend(resolution.aliases.iter().map(|alias| format!("    {alias}")));
    }
    lines
}

/// The seconds that silent name servers cost.
fn waited(resolution: &Resolution) -> i64 {
    resolution.asked.iter().filter_map(|server| server.silent).sum()
}

fn app_of(asked: &Asked<'_>, word: &Word) -> Result<AppId, Diagnostic> {
    match name::find(asked, word, &[Kind::App])? {
        Thing::App(id) => Ok(id),
        _ => Err(Diagnostic::error("FN0121", word.span(), format!("`{}` is no app and has no console", word.plain()))),
    }
}

/// The address of a name server, or of one that is declared.
fn server_address(asked: &Asked<'_>, word: &Word) -> Result<std::net::IpAddr, Diagnostic> {
    if let Ok(Thing::DnsServer(id)) = asked.model.names.find(&word.text, &[Kind::DnsServer])
        && let Some(first) = asked.model[id].addresses.first()
    {
        return Ok(first.value);
    }
    match literal::address(&word.text) {
        Ok(AddressLiteral::Address(address)) => Ok(address),
        _ => Err(Diagnostic::error("FN0109", word.span(), "one address of a name server is wanted")),
    }
}

/// The console of an app, and what keeps a person from the tool there.
fn console(asked: &Asked<'_>, word: &Word, id: AppId, tool: &str, told: &str) -> ConsoleAnswer {
    let (engine, noun) = (asked.engine, &asked.model[id]);
    let name = &noun.head.name;
    let program = asked.model.platform.word(&format!("{tool}-program"));
    let names = engine.app_names(id);
    let site = names.get(1).or(names.first()).cloned().unwrap_or_default();
    let mut steps = Vec::new();
    if engine.plan_of(id).is_some_and(Plan::is_linux) {
        let text = format!("{program} is a program for Windows, and {name} runs on Linux");
        steps.push(Step::new(&format!("tool.{tool}"), Mark::Warn, text).at(noun.head.span));
    }
    if let Some(container) = noun.container.as_ref().filter(|stated| stated.value == "windows-image") {
        let text = "in a Windows container ping, nslookup and tracert work too";
        steps.push(Step::note("tool.unavailable", text).at(container.span));
    }
    let internet = Reach {
        source: Word::new("Internet", word.span()),
        target: Word::new(format!("{}.scm", word.text), word.span()),
        how: Vec::new(),
    };
    if let Ok(reach::Judged { answer, .. }) = reach::judged(asked, &internet, word.span())
        && answer.verdict == VerdictWord::No
    {
        let why = answer.headline.unwrap_or_default();
        let text = format!("the internet does not reach {site}: {why}");
        steps.push(Step::new("tool.consoles", Mark::Warn, text).at(noun.head.span));
    }
    ConsoleAnswer {
        app: name.clone(),
        site,
        command: format!("{program} {told}"),
        notes: steps.iter().map(|step| StepAnswer::of(step, asked, false)).collect(),
    }
}
