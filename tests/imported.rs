//! What is deployed, as Azure tells it, becomes source: resources of our own in `tests/import/`, each with the source that
//! is expected of it and questions to that, and the corpus where it lies. `FNET_UPDATE=1` writes the sources down, to be
//! read before they are kept.

mod common;

use common::{Expectations, files, report, root, slashed, stem};
use fnet::import::{Document, Imported, Json, Options, Outcome, import};
use fnet::source::SourceId;
use fnet::{Session, format};
use std::path::{Path, PathBuf};

/// Where real answers of Azure lie, for who has them; `FNET_CORPUS` names another corpus.
const CORPUS: &str = "../shared/corpus/c-azure-answers";
const ANSWERS: &str = "c-azure-answers";

fn imported(paths: &[PathBuf]) -> Imported {
    let texts: Vec<(String, String)> = paths
        .iter()
        .map(|path| (slashed(path), std::fs::read_to_string(root().join(path)).expect("a readable file")))
        .collect();
    imported_texts(&texts)
}

fn imported_texts(texts: &[(String, String)]) -> Imported {
    let documents: Vec<Document> = texts
        .iter()
        .enumerate()
        .map(|(at, (name, text))| {
            let source = SourceId(at as u32);
            let json = Json::read(source, text).unwrap_or_else(|trouble| panic!("{name}: {}", trouble.message));
            Document { name: name.clone(), source, json }
        })
        .collect();
    import(&documents, &Options::default())
}

/// What is wrong with a source: it must load without errors of the language, be laid out, and say the same once it is
/// shown and loaded again.
fn faults_of_source(name: &str, source: &str) -> Vec<String> {
    let mut faults = Vec::new();
    match format(source) {
        Ok(laid_out) if laid_out == source => {}
        Ok(_) => faults.push(format!("{name}: laid out again, it is another text")),
        Err(errors) => faults.push(format!("{name}: it cannot be laid out: {errors}")),
    }
    match shown(source) {
        Ok(first) => match shown(&format!("edition 2026\n{first}")) {
            Ok(second) if first == second => {}
            Ok(_) => faults.push(format!("{name}: shown and loaded again, it is another network")),
            Err(error) => faults.push(format!("{name}: what is shown of it does not load: {error}")),
        },
        Err(error) => faults.push(format!("{name}: it does not load: {error}\n{source}")),
    }
    faults
}

/// Everything that a source declares, as `show` tells it.
fn shown(source: &str) -> Result<String, String> {
    let mut session = Session::new();
    session.load(source).map_err(|errors| errors.to_string())?;
    session.ask("show").map(|answer| answer.to_string()).map_err(|errors| errors.to_string())
}

/// The assertions of a script that do not hold of a source.
fn failing(name: &str, source: &str, asks: &str) -> Vec<String> {
    let mut session = Session::new();
    let report = match session.load(&format!("{source}\n{asks}")) {
        Ok(report) => report,
        Err(errors) => return vec![format!("{name}: {errors}")],
    };
    let (holds, _) = report.assertions();
    let mut faults: Vec<String> = report
        .outcomes
        .iter()
        .filter_map(|outcome| match outcome {
            fnet::Outcome::Fails { assertion, diagnostic, .. } => {
                Some(format!("{name}: `{assertion}`: {}", diagnostic.message))
            }
            _ => None,
        })
        .collect();
    if holds + faults.len() == 0 {
        faults.push(format!("{name}: nothing is asserted"));
    }
    faults
}

/// The checks of a script of `tests/azure/`, without the lines that speak of what was added there.
fn checks_of(case: &str) -> Option<String> {
    let text = std::fs::read_to_string(root().join(format!("tests/azure/{case}.fnet"))).ok()?;
    let from = text.lines().skip_while(|line| !line.starts_with("check "));
    let lines = from.take_while(|line| !line.starts_with("# Azure's rows") && !line.starts_with("# The rules that"));
    let own = lines.filter(|line| !line.contains("neighbour"));
    Some(own.collect::<Vec<_>>().join("\n"))
}

#[test]
fn resources_become_the_source_that_is_expected_and_answer_from_it() {
    let mut expectations = Expectations::of("imported", "imported");
    let mut count = 0;
    for path in files("tests/import/az", ".json") {
        let name = stem(&path);
        let result = imported(&[path]);
        let mut told = result.source.clone();
        for diagnostic in &result.diagnostics {
            told.push_str(&format!(
                "\n# {}[{}]: {}\n",
                diagnostic.severity.word(),
                diagnostic.code,
                diagnostic.message
            ));
        }
        expectations.compare(&name, &told);
        faults_of_source(&name, &result.source).into_iter().for_each(|fault| expectations.trouble(fault));
        let asks = root().join(format!("tests/import/az/{name}.asks.fnet"));
        if let Ok(asks) = std::fs::read_to_string(asks) {
            failing(&name, &result.source, &asks).into_iter().for_each(|fault| expectations.trouble(fault));
            count += 1;
        }
    }
    assert!(count > 2, "there are fixtures that are asked");
    expectations.finish();
}

#[test]
fn no_secret_is_written_down() {
    let result = imported(&["tests/import/az/orders.json".into()]);
    let report = format!("{:?}", result.report);
    for secret in ["bm90LXRvbGQ=", "nobody may read", "AccountKey"] {
        assert!(!result.source.contains(secret) && !report.contains(secret), "`{secret}` is written down");
    }
    assert!(result.source.contains("stfnorders"), "the account's name is no secret");
}

#[test]
fn a_report_counts_types() {
    let result = imported(&["tests/import/az/orders.json".into()]);
    let types = result.report.by_kind();
    let of = |kind: &str| {
        types.iter().find(|(own, ..)| *own == kind).map(|(_, translated, listed)| (*translated, listed.len()))
    };
    assert_eq!(of("Microsoft.Web/serverfarms"), Some((1, 0)));
    assert_eq!(of("Microsoft.Network/expressRouteCircuits"), Some((0, 1)));
    assert_eq!(of("Microsoft.Insights/components"), None, "what says nothing of a network is set aside");
}

#[test]
fn recorded_answers_come_out_of_the_recorded_resources() {
    let mut faults = Vec::new();
    let own = files("tests/import/azure", ".json");
    assert!(!own.is_empty(), "there are cases of our own");
    for path in &own {
        let case = stem(path);
        let checks = checks_of(&case).unwrap_or_else(|| panic!("{case} has a script in tests/azure"));
        let result = imported(std::slice::from_ref(path));
        faults.extend(failing(&case, &result.source, &checks));
    }
    let recorded = corpus("verdicts");
    let mut asked = 0;
    let mut left = Vec::new();
    for path in &recorded {
        let case = stem(path);
        let Some(checks) = checks_of(&case) else { continue };
        let text = std::fs::read_to_string(path).expect("a readable file");
        let whole: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let mut texts = vec![("resources".to_string(), whole["config_resources"].to_string())];
        let templates = whole["config_templates"].as_array().cloned().unwrap_or_default();
        texts.extend(templates.iter().map(|template| ("template".to_string(), template.to_string())));
        let result = imported_texts(&texts);
        // A case that records a machine without its network says too little to be asked.
        if !result.source.contains("\nvnet ") {
            left.push(case);
            continue;
        }
        asked += 1;
        faults.extend(failing(&case, &result.source, &checks));
    }
    eprintln!("{asked} recorded cases asked, {} of our own; without their network: {}", own.len(), left.join(", "));
    report(&faults, own.len() + asked);
}

#[test]
fn templates_answer_what_reading_them_says() {
    let scripts = files("tests/import/quickstarts", ".fnet");
    assert!(scripts.len() >= 15, "there are scripts");
    let (mut faults, mut asked) = (Vec::new(), 0);
    let templates: Vec<PathBuf> = ["quickstart", "quickstart-appnonet"].into_iter().flat_map(templates).collect();
    for script in &scripts {
        let name = stem(script);
        let Some(template) = templates.iter().find(|template| stem(template) == name) else {
            if !templates.is_empty() {
                faults.push(format!("{name}: no template of that name"));
            }
            continue;
        };
        asked += 1;
        let beside = template.with_extension("parameters.json");
        let all = std::iter::once(template.clone()).chain(beside.exists().then_some(beside));
        let texts = all.map(|path| {
            let text = std::fs::read_to_string(&path).expect("a readable file");
            (path.to_string_lossy().to_string(), text)
        });
        let result = imported_texts(&texts.collect::<Vec<_>>());
        faults.extend(faults_of_source(&name, &result.source));
        let asks = std::fs::read_to_string(root().join(script)).expect("a readable file");
        faults.extend(failing(&name, &result.source, &asks));
    }
    eprintln!("{asked} of {} templates asked", scripts.len());
    report(&faults, asked);
}

#[test]
fn everything_that_azure_told_is_translated_or_listed() {
    let paths: Vec<PathBuf> = ["snapshots", "lists"].into_iter().flat_map(corpus).collect();
    let mut faults = Vec::new();
    let mut translated = 0;
    for path in &paths {
        let name = stem(path);
        let text = std::fs::read_to_string(path).expect("a readable file");
        let result = imported_texts(&[(name.clone(), text)]);
        faults.extend(faults_of_source(&name, &result.source));
        for told in &result.report.resources {
            match &told.outcome {
                Outcome::Translated(_) => translated += 1,
                Outcome::Listed(reason) if reason.contains("no word for this type") => {
                    faults.push(format!("{name}: {}: {reason}", told.kind));
                }
                Outcome::Listed(_) => {}
                Outcome::Aside if told.kind.starts_with("Microsoft.Network/") => {
                    faults.push(format!("{name}: {} is set aside", told.id));
                }
                Outcome::Aside => {}
            }
        }
    }
    assert!(paths.is_empty() || translated > 100, "only {translated} resources are translated");
    report(&faults, paths.len());
}

/// The templates of a folder of the corpus; none where it is not there.
fn templates(folder: &str) -> Vec<PathBuf> {
    corpus(&format!("../a-arm-templates/{folder}"))
}

/// The files of a folder of the corpus; none where it is not there, which is said.
fn corpus(folder: &str) -> Vec<PathBuf> {
    let base =
        std::env::var_os("FNET_CORPUS").map_or_else(|| root().join(CORPUS), |base| Path::new(&base).join(ANSWERS));
    let folder = base.join(folder);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: {} is not there", folder.display());
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    paths
}
