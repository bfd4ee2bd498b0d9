//! How long an import takes, beside a plain reader of JSON on the same text.
//!
//! `cargo bench --bench import`. One text is a made-up estate of 10,000 resources, as Azure exports a template: networks with
//! subnets, security groups with rules, apps, private endpoints, storage accounts, half of the names expressions. The other is
//! the file that `FNET_TEMPLATE` names, where it does. Each figure is the best of `FNET_BENCH_RUNS` (5). `--count read` reads
//! the estate's JSON once, `--count resources` evaluates it, `--count import` makes source of it.

mod common;

use common::measure::told;
use fnet::import::{Document, Json, Options, import, read};
use fnet::source::SourceId;
use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

/// How many resources the estate has.
const RESOURCES: usize = 10_000;

fn main() {
    match told() {
        Some((what, _)) => once(&what),
        None => {
            told_of("made up", &made_up());
            if let Some(path) = std::env::var_os("FNET_TEMPLATE") {
                let text = std::fs::read_to_string(&path).expect("a template");
                told_of(&path.to_string_lossy(), &text);
            }
        }
    }
}

fn document(text: &str) -> Document {
    let json = Json::read(SourceId(0), text).expect("JSON");
    Document { name: "main.json".into(), source: SourceId(0), json }
}

fn once(what: &str) {
    let text = made_up();
    match what {
        "read" => drop(black_box(document(&text))),
        "resources" => drop(black_box(read(&[document(&text)], &Options::default()))),
        "import" => drop(black_box(import(&[document(&text)], &Options::default()))),
        _ => {}
    }
}

fn told_of(name: &str, text: &str) {
    let runs = std::env::var("FNET_BENCH_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(5).max(1);
    let best = |does: &dyn Fn()| {
        let once = || {
            let start = Instant::now();
            does();
            start.elapsed().as_secs_f64() * 1e3
        };
        (0..runs).map(|_| once()).fold(f64::INFINITY, f64::min)
    };
    let found = read(&[document(text)], &Options::default());
    println!("{name}: {:.1} MB, {} resources", text.len() as f64 / 1e6, found.resources.len());
    let plain = best(&|| drop(black_box(serde_json::from_str::<serde_json::Value>(text).expect("JSON"))));
    println!("plain JSON values    {plain:>9.2} ms");
    let line = |what: &str, took: f64| println!("{what} {took:>9.2} ms   {:.1} of it", took / plain);
    line("JSON with places    ", best(&|| drop(black_box(document(text)))));
    line("to resources        ", best(&|| drop(black_box(read(&[document(text)], &Options::default())))));
    line("to source           ", best(&|| drop(black_box(import(&[document(text)], &Options::default())))));
}

/// A template of many resources, in the shape of those that Azure exports.
fn made_up() -> String {
    let mut text = String::from(
        "{\n  \"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\",\n  \
         \"contentVersion\": \"1.0.0.0\",\n  \"parameters\": {\n    \"stage\": { \"type\": \"string\", \"defaultValue\": \
         \"prod\" }\n  },\n  \"resources\": [\n",
    );
    for number in 0..RESOURCES {
        let (group, kind) = (number / 10, number % 10);
        if number > 0 {
            text.push_str(",\n");
        }
        let _ = match kind {
            0 => resource(&mut text, "Microsoft.Network/virtualNetworks", &format!("vnet{group}"), &network(group)),
            1 | 2 => {
                resource(&mut text, "Microsoft.Network/networkSecurityGroups", &format!("nsg{group}-{kind}"), &rules())
            }
            3 => resource(&mut text, "Microsoft.Network/routeTables", &format!("routes{group}"), &routes(group)),
            4 => resource(&mut text, "Microsoft.Web/serverfarms", &format!("plan{group}"), "{ \"reserved\": true }"),
            5 | 6 => resource(&mut text, "Microsoft.Web/sites", &format!("app{group}-{kind}"), &app(group)),
            7 => resource(&mut text, "Microsoft.Storage/storageAccounts", &format!("storage{group}"), &storage()),
            8 => resource(&mut text, "Microsoft.Network/privateEndpoints", &format!("pe{group}"), &endpoint(group)),
            _ => resource(&mut text, "Microsoft.Insights/components", &format!("insights{group}"), "{}"),
        };
    }
    text.push_str("\n  ]\n}\n");
    text
}

fn resource(text: &mut String, kind: &str, name: &str, properties: &str) -> std::fmt::Result {
    let name = match name.len() % 2 {
        0 => format!("[format('{{0}}-{{1}}', '{name}', parameters('stage'))]"),
        _ => format!("{name}-prod"),
    };
    let sku = match kind {
        "Microsoft.Web/serverfarms" => "\n      \"sku\": { \"name\": \"EP1\", \"tier\": \"ElasticPremium\" },",
        "Microsoft.Web/sites" => "\n      \"kind\": \"functionapp,linux\",",
        _ => "",
    };
    write!(
        text,
        "    {{\n      \"type\": \"{kind}\",\n      \"apiVersion\": \"2024-01-01\",\n      \"name\": \"{name}\",\n      \
         \"location\": \"westeurope\",{sku}\n      \"tags\": {{ \"stage\": \"[parameters('stage')]\" }},\n      \
         \"properties\": {properties}\n    }}"
    )
}

fn id(kind: &str, names: &str) -> String {
    format!("[resourceId('{kind}', {names})]")
}

fn network(group: usize) -> String {
    let (a, b) = (group / 250 % 250, group % 250);
    let group_id = |kind: usize| id("Microsoft.Network/networkSecurityGroups", &format!("'nsg{group}-{kind}-prod'"));
    format!(
        "{{\n        \"addressSpace\": {{ \"addressPrefixes\": [ \"10.{b}.{}.0/22\" ] }},\n        \"subnets\": [\n          \
         {{ \"name\": \"functions\", \"properties\": {{ \"addressPrefix\": \"10.{b}.{}.0/24\", \"delegations\": [ {{ \"name\": \
         \"d\", \"properties\": {{ \"serviceName\": \"Microsoft.Web/serverFarms\" }} }} ], \"networkSecurityGroup\": {{ \"id\": \
         \"{}\" }} }} }},\n          {{ \"name\": \"data\", \"properties\": {{ \"addressPrefix\": \"10.{b}.{}.0/24\", \
         \"networkSecurityGroup\": {{ \"id\": \"{}\" }} }} }}\n        ]\n      }}",
        a * 4,
        a * 4,
        group_id(1),
        a * 4 + 1,
        group_id(2),
    )
}

fn rules() -> String {
    let mut rules = Vec::new();
    for number in 0..6 {
        rules.push(format!(
            "{{ \"name\": \"rule{number}\", \"properties\": {{ \"protocol\": \"Tcp\", \"sourcePortRange\": \"*\", \
             \"destinationPortRange\": \"{}\", \"sourceAddressPrefix\": \"10.{number}.0.0/16\", \"destinationAddressPrefix\": \
             \"*\", \"access\": \"{}\", \"priority\": {}, \"direction\": \"Inbound\" }} }}",
            443 + number,
            if number % 3 == 2 { "Deny" } else { "Allow" },
            100 + 10 * number
        ));
    }
    format!("{{\n        \"securityRules\": [\n          {}\n        ]\n      }}", rules.join(",\n          "))
}

fn routes(group: usize) -> String {
    format!(
        "{{ \"disableBgpRoutePropagation\": false, \"routes\": [ {{ \"name\": \"out\", \"properties\": {{ \"addressPrefix\": \
         \"0.0.0.0/0\", \"nextHopType\": \"VirtualAppliance\", \"nextHopIpAddress\": \"10.{}.0.4\" }} }} ] }}",
        group % 250
    )
}

fn app(group: usize) -> String {
    let subnet = id("Microsoft.Network/virtualNetworks/subnets", &format!("'vnet{group}-prod', 'functions'"));
    let plan = id("Microsoft.Web/serverfarms", &format!("'plan{group}-prod'"));
    format!(
        "{{\n        \"serverFarmId\": \"{plan}\",\n        \"virtualNetworkSubnetId\": \"{subnet}\",\n        \
         \"vnetRouteAllEnabled\": true,\n        \"siteConfig\": {{ \"appSettings\": [ {{ \"name\": \
         \"FUNCTIONS_EXTENSION_VERSION\", \"value\": \"~4\" }}, {{ \"name\": \"AzureWebJobsStorage\", \"value\": \
         \"[format('DefaultEndpointsProtocol=https;AccountName={{0}};AccountKey={{1}}', 'storage{group}prod', \
         listKeys('storage{group}prod', '2024-01-01').keys[0].value)]\" }} ] }}\n      }}"
    )
}

fn storage() -> String {
    "{ \"networkAcls\": { \"defaultAction\": \"Deny\", \"bypass\": \"AzureServices\", \"ipRules\": [], \"virtualNetworkRules\": \
     [] } }"
        .into()
}

fn endpoint(group: usize) -> String {
    let subnet = id("Microsoft.Network/virtualNetworks/subnets", &format!("'vnet{group}-prod', 'data'"));
    let account = id("Microsoft.Storage/storageAccounts", &format!("'storage{group}-prod'"));
    format!(
        "{{ \"subnet\": {{ \"id\": \"{subnet}\" }}, \"privateLinkServiceConnections\": [ {{ \"name\": \"c\", \"properties\": {{ \
         \"privateLinkServiceId\": \"{account}\", \"groupIds\": [ \"blob\" ] }} }} ] }}"
    )
}
