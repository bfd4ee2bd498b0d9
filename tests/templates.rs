//! Templates of Azure Resource Manager: the language of their expressions, and what they deploy.
//!
//! What `tests/import/arm/NAME.json` deploys stands in `NAME.resources`; those are made by `FNET_UPDATE=1 cargo test --test
//! templates`; read what it changes before you keep it.

mod common;

use common::root;
use fnet::Session;
use fnet::import::{Document, Found, Json, Options, read};
use fnet::load::{Loader, Script};
use fnet::source::SourceId;
use proptest::prelude::*;
use std::path::Path;

fn folder() -> std::path::PathBuf {
    root().join("tests/import/arm")
}

fn document(name: &str, text: &str) -> Document {
    let json = Json::read(SourceId(0), text).unwrap_or_else(|fault| panic!("{name}: {}", fault.message));
    Document { name: name.into(), source: SourceId(0), json }
}

fn fixture(name: &str) -> Document {
    document(name, &std::fs::read_to_string(folder().join(name)).expect("a fixture"))
}

fn found(text: &str) -> Found {
    read(&[document("main.json", text)], &Options::default())
}

#[test]
fn every_function_is_what_it_is_in_azure() {
    let found = read(&[fixture("functions.json")], &Options::default());
    let messages: Vec<&str> = found.diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    assert!(messages.is_empty(), "{messages:#?}");
    let families = found.resources[0].body.get("properties").and_then(Json::map).expect("families");
    let mut count = 0;
    for (family, cases) in families.iter() {
        for case in cases.list() {
            let (is, wants) = (case.get("is").expect("is"), case.get("wants").expect("wants"));
            assert!(is.is_like(wants), "{family}: {is} and not {wants}");
            count += 1;
        }
    }
    assert!(count > 100, "{count} cases");
    assert!(families.get("made-by-expression").is_some(), "a name may be an expression");
}

/// A template of one resource whose property `x` is an expression.
fn with(expression: &str) -> String {
    let text = serde_json::to_string(expression).expect("a string");
    format!(
        r#"{{ "contentVersion": "1", "parameters": {{ "p": {{ "type": "string" }}, "word": {{ "type": "securestring" }} }},
            "variables": {{ "a": "[variables('b')]", "b": "[variables('a')]" }},
            "resources": [ {{ "type": "A.B/c", "name": "c", "properties": {{ "x": {text} }} }} ] }}"#
    )
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let cases = [
        ("[conct('a')]", "`conct` is no function of templates", "conct('a')"),
        ("[add('a', 1)]", "argument 1 of `add` is no whole number", "add('a', 1)"),
        ("[concat(variables('c'))]", "the template has no variable `c`", "variables('c')"),
        ("[variables('a')]", "the variable `a` rests on itself", "variables('a')"),
        ("[copyIndex()]", "there is no loop around this", "copyIndex()"),
        ("[createObject('a', 1).b]", "the object has no property `b`", "createObject('a', 1).b"),
        ("[substring('abc', 2, 5)]", "`substring` ends outside the text", "substring('abc', 2, 5)"),
        ("[concat('a' 'b')]", "this is no expression of a template: expected `,` or `)` here", "'"),
        ("[range(0, 100000)]", "`range` makes up to 10000 numbers", "range(0, 100000)"),
        ("[padLeft('a', 'b')]", "argument 2 of `padLeft` is no whole number", "padLeft('a', 'b')"),
    ];
    for (expression, message, place) in cases {
        let text = with(expression);
        let found = found(&text);
        let told = found.diagnostics.iter().find(|told| told.message == message);
        let Some(told) = told else { panic!("{expression}: {:?}", found.diagnostics) };
        let at = told.span().expect("a place");
        assert_eq!(&text[at.start as usize..at.end as usize], place, "{expression}");
    }
}

#[test]
fn what_is_not_known_is_left_open() {
    let cases = [
        ("[parameters('p')]", "{p}"),
        ("[concat(parameters('p'), '-nsg')]", "{p}-nsg"),
        ("[toUpper(concat(parameters('p'), '-nsg'))]", "{p}-NSG"),
        ("[take(parameters('p'), 3)]", "{p}"),
        ("[length(parameters('p'))]", "{length(parameters('p'))}"),
        ("[if(equals(parameters('p'), 'x'), 'same', 'same')]", "same"),
        ("[if(equals(parameters('p'), 'x'), 'a', 'b')]", "{if(equals(parameters('p'), 'x'), 'a', 'b')}"),
        ("[or(equals(parameters('p'), 'x'), true())]", "true"),
        ("[split(parameters('p'), '/')[1]]", "{split(parameters('p'), '/')[1]}"),
        ("[parameters('word')]", "{word}"),
        ("[format('Password={0}', parameters('word'))]", "Password={word}"),
    ];
    for (expression, wants) in cases {
        let found = found(&with(expression));
        assert!(found.diagnostics.is_empty(), "{expression}: {:?}", found.diagnostics);
        let x = found.resources[0].property("x").expect("x");
        assert_eq!(x.text().map_or_else(|| x.to_string(), String::from), wants, "{expression}");
        assert!(found.wanted.is_empty(), "{expression}: nothing there is rests on it");
    }
}

/// What a resource of a template has become: its type, name and properties.
fn told(found: &Found) -> Vec<String> {
    let properties = |body: &Json| body.get("properties").map(Json::to_string).unwrap_or_default();
    found
        .resources
        .iter()
        .map(|resource| {
            let existing = if resource.is_existing { " (existing)" } else { "" };
            format!("{} {}{existing} {}", resource.kind, resource.name, properties(&resource.body))
                .trim_end()
                .to_string()
        })
        .collect()
}

#[test]
fn resources_are_found_wherever_they_stand() {
    let mut checked = 0;
    for entry in std::fs::read_dir(folder()).expect("the fixtures").map(|entry| entry.expect("an entry").path()) {
        let wants = entry.with_extension("resources");
        if entry.extension().is_none_or(|ending| ending != "json") || !wants.exists() {
            continue;
        }
        let name = entry.file_name().expect("a name").to_string_lossy().to_string();
        let mut documents = vec![fixture(&name)];
        let beside = Path::new(&name).with_extension("parameters.json");
        if folder().join(&beside).exists() {
            documents.push(fixture(&beside.to_string_lossy()));
        }
        let found = read(&documents, &Options::default());
        let mut lines = told(&found);
        lines.extend(found.diagnostics.iter().map(|told| format!("{}: {}", told.severity.word(), told.message)));
        lines.extend(found.wanted.iter().map(|(name, _)| format!("wanted: {name}")));
        let text = lines.join("\n") + "\n";
        if std::env::var_os("FNET_UPDATE").is_some() {
            std::fs::write(&wants, &text).expect("to write");
        }
        assert_eq!(text, std::fs::read_to_string(&wants).expect("what is wanted"), "{name}");
        checked += 1;
    }
    assert!(checked >= 8, "{checked} fixtures");
}

/// What an import comes to, with every diagnostic as a person sees it.
fn imported(name: &str, text: &str) -> (fnet::import::Imported, String) {
    let mut net = Session::new();
    let imported = net.import([Script::text(name, text)]);
    let errors = fnet::Errors { diagnostics: imported.diagnostics.clone(), sources: net.sources().clone() };
    let told = errors.to_string();
    (imported, told)
}

#[test]
fn secrets_are_told_nowhere() {
    let text = r#"{ "contentVersion": "1.0.0.0",
      "parameters": { "word": { "type": "secureString", "defaultValue": "hunter2" }, "p": { "type": "string" } },
      "resources": [ { "type": "Microsoft.Web/sites", "name": "[concat('a', frist('b'))]", "properties": { "siteConfig": {
        "connectionStrings": [ { "name": "db", "connectionString": "Server=a;Password=open sesame;[", "type": "x" } ],
        "appSettings": [ { "name": "API_KEY", "value": "[concat(parameters('word'), oops())]" },
          { "name": "S", "value": "[concat('AccountKey=abcdef==;', oops())]" } ] } } } ] }"#;
    let (imported, told) = imported("main.json", text);
    assert!(told.contains("`frist` is no function of templates"), "{told}");
    for secret in ["hunter2", "open sesame", "abcdef"] {
        assert!(!told.contains(secret), "{told}");
        assert!(!imported.source.contains(secret), "{}", imported.source);
    }
    let (_, told) = self::imported("broken.json", "{ \"adminPassword\": \"hunter2\" \"x\": 1 }");
    assert!(told.contains("broken.json:1:30") && told.contains("expected `,` or `}`"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn what_is_nested_deep_ends_in_words() {
    let deep = |open: &str, inside: &str, close: &str, count: usize| {
        format!("{}{inside}{}", open.repeat(count), close.repeat(count))
    };
    // 64 deep is still read.
    let expression = with(&format!("[{}]", deep("concat(", "'a'", ")", 60)));
    assert_eq!(found(&expression).resources[0].property("x").and_then(Json::text), Some("a"));
    let lists = format!(
        r#"{{ "contentVersion": "1", "resources": [ {{ "type": "A.B/c", "name": "c", "properties": {} }} ] }}"#,
        deep("[", "", "]", 64)
    );
    assert!(found(&lists).diagnostics.is_empty());
    for count in [100, 300, 10_000] {
        let (_, told) = imported("deep.json", &with(&format!("[{}]", deep("concat(", "'a'", ")", count))));
        assert!(told.contains("brackets are nested too deep"), "{told}");
        let (_, told) = imported("deep.json", &deep("[", "", "]", count.max(200)));
        assert!(told.contains("recursion limit"), "{told}");
    }
    let open = r#"{ "contentVersion": "1", "resources": [ { "type": "Microsoft.Resources/deployments", "name": "d", "properties": { "template": "#;
    let (_, told) = imported("deep.json", &deep(open, "{}", "} } ] }", 30));
    assert_eq!(told, "");
    // Variables that rest on each other, one behind the other.
    let below = |n: usize| {
        format!("if(true(), coalesce(first(map(range(0, 1), lambda('x', net.f(variables('v{n}'))))), 0), 0)")
    };
    let chain: Vec<String> = (1..2000).map(|n| format!("\"v{n}\": \"[createArray({})]\"", below(n - 1))).collect();
    let chain = format!(
        r#"{{ "contentVersion": "1", "functions": [ {{ "namespace": "net", "members": {{ "f": {{
              "parameters": [ {{ "name": "a", "type": "array" }} ],
              "output": {{ "type": "array", "value": "[parameters('a')]" }} }} }} }} ],
            "variables": {{ "v0": 1, {} }}, "resources": [
            {{ "type": "A.B/c", "name": "c", "properties": {{ "x": "[variables('v1999')]" }} }} ] }}"#,
        chain.join(", ")
    );
    let (_, told) = imported("chain.json", &chain);
    assert!(told.contains("nested too deep to be evaluated"), "{told}");
    // Each twice the one before.
    let doubles: Vec<String> =
        (1..30).map(|n| format!("\"v{n}\": \"[concat(variables('v{0}'), variables('v{0}'))]\"", n - 1)).collect();
    let doubles = format!(
        r#"{{ "contentVersion": "1", "variables": {{ "v0": [1, 2], {} }}, "resources": [
            {{ "type": "A.B/c", "name": "c", "properties": {{ "x": "[variables('v29')]" }} }} ] }}"#,
        doubles.join(", ")
    );
    let (_, told) = imported("doubles.json", &doubles);
    assert!(told.contains("grow too large"), "{told}");
}

/// Where a script may stand, a template may.
#[test]
fn a_template_is_asked_straight() {
    let mut net = Session::new();
    net.load_file(&folder().join("children.json")).expect("it loads");
    assert_eq!(
        net.ask("next-hop hub.inside to 10.0.2.4").expect("an answer").to_string().lines().next(),
        Some("vnet: the next hop from hub.inside to 10.0.2.4")
    );
    // The same by `use`, with a question of the script's own.
    let script = format!(
        "edition 2026\nuse \"{}\"\nassert next-hop hub.inside to 10.0.2.4 is vnet\n",
        folder().join("children.json").display()
    );
    let report = Session::new().load(&script).expect("it loads");
    assert_eq!(report.assertions(), (1, 0));
    // Two states of a network.
    let mut net = Session::new();
    net.only_declare(true);
    net.load_file(&folder().join("children.json")).expect("it loads");
    assert!(net.diff("before", &folder().join("children.json")).expect("a difference").is_same());
    assert!(!net.diff("before", &folder().join("symbolic.json")).expect("a difference").is_same());
    // What decides and has no value is asked for at once, and nothing is taken.
    let errors = Session::new().load_file(&folder().join("wanted.json")).expect_err("it asks");
    assert!(
        errors.to_string().contains("the network rests on the parameters `isHub`, `count`, without a value"),
        "{errors}"
    );
    let mut net = Session::new();
    let given = [("isHub", "false"), ("count", "1")].map(|(name, value)| (name.to_string(), value.to_string()));
    net.import_options(Options { parameters: given.into(), ..Options::default() });
    net.load_file(&folder().join("wanted.json")).expect("it loads");
    assert!(net.ask("show nsg1").is_ok() && net.ask("show nsg2").is_err());
}

/// A text with stretches taken out, doubled and put elsewhere.
fn mangled(text: &str, cuts: &[(usize, usize, u8)]) -> String {
    let mut text: Vec<char> = text.chars().collect();
    for (at, length, how) in cuts {
        let start = at % text.len().max(1);
        let end = (start + length).min(text.len());
        match how % 4 {
            0 => drop(text.drain(start..end)),
            1 => {
                let copy = text[start..end].to_vec();
                text.splice(start..start, copy);
            }
            2 => {
                let sign = ['"', '[', ']', '{', '}', ',', '\'', '(', ')', '0', '\u{e4}'][length % 11];
                text.splice(start..end.min(start + 1), [sign]);
            }
            _ => {
                let part: Vec<char> = text.drain(start..end).collect();
                let to = (at / 7) % (text.len() + 1);
                text.splice(to..to, part);
            }
        }
    }
    text.into_iter().collect()
}

/// The value of a place in a document, taken for another of its own values.
fn swapped(json: &serde_json::Value, from: usize, to: usize) -> serde_json::Value {
    fn all<'j>(json: &'j serde_json::Value, into: &mut Vec<&'j serde_json::Value>) {
        into.push(json);
        match json {
            serde_json::Value::Array(list) => list.iter().for_each(|item| all(item, into)),
            serde_json::Value::Object(map) => map.values().for_each(|item| all(item, into)),
            _ => {}
        }
    }
    fn put(json: &mut serde_json::Value, at: &mut usize, new: &serde_json::Value) -> bool {
        if *at == 0 {
            *json = new.clone();
            return true;
        }
        *at -= 1;
        match json {
            serde_json::Value::Array(list) => list.iter_mut().any(|item| put(item, at, new)),
            serde_json::Value::Object(map) => map.values_mut().any(|item| put(item, at, new)),
            _ => false,
        }
    }
    let mut values = Vec::new();
    all(json, &mut values);
    let new = values[from % values.len()].clone();
    let mut swapped = json.clone();
    put(&mut swapped, &mut (to % values.len()), &new);
    swapped
}

fn texts() -> Vec<String> {
    let names = ["functions", "loops", "children", "nested", "symbolic", "given", "wanted", "subscription"];
    names
        .iter()
        .map(|name| std::fs::read_to_string(folder().join(format!("{name}.json"))).expect("a fixture"))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn broken_files_are_told(which in 0..8usize, cuts in proptest::collection::vec((any::<usize>(), 0..200usize, any::<u8>()), 1..4)) {
        let text = mangled(&texts()[which], &cuts);
        let (imported, told) = imported("main.json", &text);
        prop_assert_eq!(told.is_empty(), imported.diagnostics.is_empty());
    }

    #[test]
    fn values_in_the_place_of_others_are_told(which in 0..8usize, swaps in proptest::collection::vec((any::<usize>(), any::<usize>()), 1..4)) {
        let mut json: serde_json::Value = serde_json::from_str(&texts()[which]).expect("JSON");
        for (from, to) in swaps {
            json = swapped(&json, from, to);
        }
        let (imported, told) = imported("main.json", &json.to_string());
        prop_assert_eq!(told.is_empty(), imported.diagnostics.is_empty());
    }
}

/// Every template of the corpus, where it lies.
#[test]
fn templates_of_others_are_imported() {
    let corpus = root().join("../shared/corpus/a-arm-templates");
    let mut files = Vec::new();
    if let Ok(Some(all)) = fnet::load::Disk.files(&corpus) {
        files.extend(all.into_iter().filter(|path| {
            let name = path.to_string_lossy();
            name.ends_with(".json") && !name.ends_with(".parameters.json")
        }));
    }
    if files.is_empty() {
        eprintln!("skipped all of them: there is no corpus beside the project");
        return;
    }
    let (mut resources, mut asked, mut broken) = (0, Vec::new(), Vec::new());
    for file in &files {
        let mut net = Session::new();
        let imported = net.import([Script::File(file.clone())]);
        resources += imported.report.resources.len();
        let name = file.file_name().unwrap_or_default().to_string_lossy().to_string();
        for error in imported.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()) {
            match &*error.code {
                "FN0008" => asked.push(name.clone()),
                "FN0006" => broken.push(name.clone()),
                _ => panic!("{}: {}", file.display(), error.message),
            }
        }
    }
    eprintln!("{} templates, {resources} resources; asked for parameters: {}", files.len(), asked.len());
    // One file lacks a comma.
    assert_eq!(broken, ["flex-consumption__azuredeploy.json"]);
    assert!(files.len() > 150 && resources > 1000, "{} files, {resources} resources", files.len());
    assert!(asked.len() * 20 < files.len(), "{asked:?}");
}
