//! The whole language is understood: every declaration, property, line, statement and question.

use fnet::Session;
use std::path::Path;

/// The script that holds everything loads without a word of complaint about the language. What Azure would refuse of
/// it is another matter, and is not asked here.
#[test]
fn everything_is_understood() {
    let mut session = Session::new();
    session.only_declare(true);
    let loaded = session.load_file(Path::new("tests/language/everything.fnet"));
    if let Err(errors) = loaded {
        panic!("{errors}");
    }
    let kinds: std::collections::BTreeSet<String> =
        session.declared().items().iter().map(|item| item.word.clone()).collect();
    let missing: Vec<&str> = fnet::model::Kind::ALL
        .iter()
        .map(|kind| kind.word())
        // A subnet stands in its vnet, and a region is no declaration of its own.
        .filter(|kind| !matches!(*kind, "subnet" | "region") && !kinds.contains(*kind))
        .collect();
    assert!(missing.is_empty(), "the script lacks: {missing:?}");
}

/// IPv6 takes part in every stage: scope, groups, routes, arrival.
#[test]
fn ipv6_is_answered() {
    let mut session = Session::new();
    let script = "edition 2026
        vnet six 10.0.0.0/16, 2001:db8::/48 {
          subnet a 10.0.0.0/24, 2001:db8:0:1::/64 { nsg guard }
          subnet b 10.0.1.0/24, 2001:db8:0:2::/64
        }
        let far = 2001:db8:0:2:8::/80
        nsg guard {
          outbound {
            100 deny tcp * -> [2001:db8:0:2::5]:443
            110 deny tcp [2001:db8:0:1::/64]:7-9 -> [2001:db8:0:2:9::/80]:443
            120 deny tcp * -> far:443
          }
        }
        host left  in six.a 10.0.0.4, 2001:db8:0:1::4
        host right in six.b 10.0.1.4, 2001:db8:0:2::4 { listen tcp 443 }";
    assert!(session.load(script).is_ok());
    let mut answer =
        |question: &str| session.ask(question).map(|answer| answer.to_string()).unwrap_or_else(|e| e.to_string());
    assert!(answer("can left reach [2001:db8:0:2::4]:443").starts_with("yes"));
    assert!(answer("can left reach [2001:db8:0:2::5]:443").starts_with("no, dropped"));
    assert!(answer("can left reach [2001:db8:0:2:8::5]:443").starts_with("no, dropped"));
    assert!(answer("can left reach [2001:db8:0:2:9::5]:443 over tcp from-port 8").starts_with("no, dropped"));
    assert!(answer("can left reach [2001:db8:0:2:9::5]:443 over tcp from-port 80").starts_with("yes"));
    assert!(answer("can left reach [2001:db8:0:2::5]:443").contains("-> [2001:db8:0:2::5]:443 } }"));
    assert!(answer("next-hop left to 2001:db8:0:2::4").starts_with("vnet"));
}
