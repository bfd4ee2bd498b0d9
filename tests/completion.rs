//! What may stand at a cursor: at every kind of position, with a word on what it is.

mod common;

use fnet::Session;
use fnet::conversation::{Candidate, candidates};

const NET: &str = "edition 2026
vnet hub 10.2.0.0/16 { subnet functions 10.2.1.0/26 { nsg egress }; subnet data 10.2.0.0/24 }
nsg egress
nsg \"quoted name\"
route-table to-firewall
host db in hub.data 10.2.0.10 { listen tcp 1433 }
service shop { type sql }
service store { type storage }
plan big { tier Premium }
plan small { tier Consumption }
app orders on big { integrate hub.functions; trigger queue { type service-bus } }
app report on small
let office = 203.0.113.0/24
";

/// What may stand at the `|`.
fn at(text: &str) -> Vec<Candidate> {
    let mut net = Session::new();
    net.load(NET).expect("a network");
    let cursor = text.find('|').expect("a cursor");
    candidates(&mut net, &text.replacen('|', "", 1), cursor)
}

/// Their texts.
fn texts(text: &str) -> Vec<String> {
    at(text).into_iter().map(|candidate| candidate.text).collect()
}

/// Their texts, each with what it is.
fn told(text: &str) -> String {
    at(text).into_iter().map(|one| format!("{} ({})", one.text, one.about)).collect::<Vec<_>>().join("; ")
}

#[test]
fn where_a_statement_begins() {
    assert_eq!(told("ca|"), "can (can SOURCE reach TARGET:PORT [over PROTOCOL] [from-port N] [for TRAFFIC])");
    assert_eq!(told("app|"), "appliance (appliance NAME in SUBNET ADDRESS); app (app NAME on PLAN)");
    assert_eq!(told("nsg a\nedi|"), "edition (which Azure is meant: as of 2020 or 2026)");
    assert_eq!(texts("check \"t\" { as|"), ["assert"]);
    assert!(!texts("check \"t\" { |").contains(&"vnet".to_string()));
    assert!(texts("given { |").contains(&"amend".to_string()));
    assert_eq!(texts("given { remove nsg egress } wh|"), ["what", "who"]);
}

#[test]
fn in_a_question() {
    assert_eq!(
        told("can |"),
        "hub.functions (subnet 10.2.1.0/26); hub.data (subnet 10.2.0.0/24); db (host 10.2.0.10 in hub.data); \
         orders (app, plan big (Premium), integrated with hub.functions 10.2.1.0/26); \
         report (app, plan small (Consumption), no virtual network integration); \
         Internet (any client of the internet); orders.queue (trigger)"
    );
    assert_eq!(texts("can orders |"), ["reach", "start", "fire", "scale"]);
    assert_eq!(texts("can orders reach s|"), ["shop:1433", "store:443"]);
    assert_eq!(told("can orders reach d|"), "hub.data (subnet 10.2.0.0/24); db:1433 (host 10.2.0.10 in hub.data)");
    assert_eq!(texts("can orders reach db:|"), ["db:1433"]);
    assert_eq!(texts("can orders reach db:1433 ov|"), ["over"]);
    assert_eq!(texts("can orders reach db:1433 over t|"), ["tcp"]);
    assert_eq!(texts("who can reach sh|"), ["shop:1433"]);
    assert_eq!(texts("what can orders reach within hub.|"), ["hub.functions", "hub.data"]);
    assert_eq!(texts("fix orders |"), ["->"]);
    assert_eq!(texts("fix orders -> sh|"), ["shop:1433"]);
    assert_eq!(texts("troubleshoot orders |"), ["->"]);
    assert_eq!(texts("troubleshoot orders -> sh|"), ["shop:1433"]);
    assert_eq!(texts("next-hop orders |"), ["to"]);
    assert_eq!(texts("features b|"), ["big"]);
    assert_eq!(texts("show ns|"), ["nsgs"]);
    assert_eq!(texts("explain can ord|"), ["orders", "orders.queue"]);
    assert_eq!(told("explain nsg.first-m|"), "nsg.first-match (the first matching NSG rule decides)");
    assert_eq!(texts("resolve shop from or|"), ["orders"]);
}

#[test]
fn in_a_declaration() {
    assert_eq!(texts("app new |"), ["on"]);
    assert_eq!(told("app new on s|"), "small (plan)");
    assert_eq!(texts("host h |"), ["in"]);
    assert_eq!(texts("host h in hub.|"), ["hub.functions", "hub.data"]);
    assert_eq!(texts("vnet v 10.0.0.0/16 { subnet s 10.0.0.0/24 { nsg |"), ["egress", "\"quoted name\""]);
    assert_eq!(texts("vnet v 10.0.0.0/16 { subnet s 10.0.0.0/24 { route-table |"), ["to-firewall"]);
    assert!(texts("vnet v 10.0.0.0/16 { |").contains(&"dns-bypasses-nsg".to_string()));
    assert_eq!(
        told("plan p { |"),
        "region (australiacentral, australiacentral2, australiaeast, australiasoutheast, …); subscription (of plan); \
         tags (of plan); tier (Consumption, FlexConsumption, Premium, Free, …); sku (of plan); \
         os (windows, linux); scale-unit (premium-v2, older); instances (of plan); max-instances (of plan); \
         min-instances (of plan); subnet (names: subnet); gateway-route (of plan); outbound-ip (of plan); \
         environment (names: ase)"
    );
    assert_eq!(told("plan p { tier Pre|"), "Premium (tier); PremiumV1 (tier); PremiumV2 (tier); PremiumV3 (tier)");
    assert_eq!(texts("plan p { os |"), ["windows", "linux"]);
    assert_eq!(texts("service s { type my|"), ["mysql"]);
    assert_eq!(texts("app a on big { route-all |"), ["off", "on"]);
    assert_eq!(texts("app a on big { storage |"), ["shop", "store"]);
    assert_eq!(texts("app a on big { trigger t { type h|"), ["http"]);
    assert_eq!(texts("vnet v 10.0.0.0/16 { region westeu|"), ["westeurope"]);
    assert_eq!(texts("nsg n { in|"), ["inbound"]);
    assert_eq!(texts("nsg n { inbound { 100 |"), ["allow", "deny"]);
    assert_eq!(texts("nsg n { inbound { 100 allow |"), ["tcp", "udp", "icmp", "esp", "ah", "*"]);
    assert_eq!(texts("nsg n { inbound { 100 allow tcp of|"), ["office"]);
    assert_eq!(texts("nsg n { inbound { 100 allow tcp Stor|"), ["Storage"]);
    assert_eq!(texts("nsg n { inbound { 100 allow tcp office |"), ["->"]);
    assert_eq!(texts("nsg n { inbound { 100 allow tcp office -> hub.d|"), ["hub.data"]);
    assert_eq!(texts("nsg n { inbound { 100 allow tcp office -> hub.data |"), ["as"]);
}

#[test]
fn in_other_statements() {
    assert_eq!(texts("amend pl|"), ["plan"]);
    assert_eq!(texts("amend plan |"), ["big", "small"]);
    assert_eq!(texts("amend plan big { os |"), ["windows", "linux"]);
    assert_eq!(texts("amend subnet hub.data { nsg eg|"), ["egress"]);
    assert_eq!(texts("amend plan big { ti|"), ["tier"]);
    assert_eq!(texts("remove nsg |"), ["egress", "\"quoted name\""]);
    assert_eq!(texts("edition |"), ["2020", "2026"]);
    assert_eq!(texts("assert orders |"), ["can", "cannot", "resolves"]);
    assert_eq!(texts("assert orders cannot r|"), ["reach"]);
    assert_eq!(texts("assert orders cannot reach sh|"), ["shop:1433"]);
    assert_eq!(texts("assert orders cannot reach shop:1433 |"), ["because"]);
    assert_eq!(texts("assert only |").first().map(String::as_str), Some("hub.functions"));
    assert!(texts("assert can orders reach db:1433 is d|").contains(&"dropped".to_string()));
    assert_eq!(texts("use \"exampl|"), ["\"examples/"]);
    assert_eq!(texts("use exampl|"), ["examples/"]);
    assert_eq!(texts("diff \"examples/ord|"), ["\"examples/orders.fnet\""]);
}

#[test]
fn commands_and_what_stands_behind_them() {
    assert_eq!(told(":un|"), "undo (take the last change back)");
    assert_eq!(texts(":depth |"), ["verdict", "path", "rules"]);
    assert_eq!(texts(":load examples/ord|"), ["examples/orders.fnet"]);
    assert_eq!(texts(":edition |"), ["2020", "2026"]);
    assert_eq!(texts(":watch |"), ["on", "off"]);
    assert_eq!(texts(":quit |"), [""; 0]);
    for command in fnet::conversation::commands() {
        assert!(texts(":|").contains(&command.word.to_string()), "{}", command.word);
    }
}

#[test]
fn nothing_where_nothing_is_known() {
    for text in ["nsg |", "vnet v 10.0.0.0/16 { dns \"|", "# can |", "vnett |", "can orders reach db:1433 from-port |"]
    {
        assert_eq!(texts(text), [""; 0], "{text}");
    }
}

/// At every place of every example, what is offered begins as what was typed, and takes its place.
#[test]
fn at_every_place_of_a_script() {
    let text = std::fs::read_to_string(common::root().join("examples/orders.fnet")).expect("a script");
    let mut net = Session::new();
    net.load(&text).expect("a network");
    for (cursor, _) in text.char_indices() {
        for found in candidates(&mut net, &text, cursor) {
            assert!(found.replace.end == cursor && found.replace.start <= cursor, "{found:?} at {cursor}");
            let begun = text[found.replace.clone()].trim_matches('"').to_lowercase();
            let own = found.text.trim_matches('"').to_lowercase();
            let begins = own.starts_with(&begun) || own.split_once('.').is_some_and(|(_, own)| own.starts_with(&begun));
            assert!(begins, "{found:?} for `{begun}`");
        }
    }
}
