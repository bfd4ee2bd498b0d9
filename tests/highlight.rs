//! What each word of a text is: the classes that the prompt and the documentation colour by.

mod common;

use fnet::syntax::{Class, classes};

/// A text as `word/class` pieces.
fn told(text: &str) -> String {
    classes(text).into_iter().map(|(at, class)| format!("{}/{}", &text[at], class.word())).collect::<Vec<_>>().join(" ")
}

#[test]
fn declarations() {
    assert_eq!(
        told("vnet hub 10.2.0.0/16 {\n  subnet data 10.2.0.0/24 { nsg guard }\n  dns azure # as it comes\n}"),
        "vnet/kind hub/new-name 10.2.0.0/16/address {/bracket subnet/kind data/new-name 10.2.0.0/24/address {/bracket \
         nsg/property guard/value }/bracket dns/property azure/value # as it comes/comment }/bracket"
    );
    assert_eq!(
        told("nsg guard { inbound { 100 deny tcp hub.data,\n   Storage -> *:1433 as no-sql } }"),
        "nsg/kind guard/new-name {/bracket inbound/property {/bracket 100/number deny/keyword tcp/keyword hub.data/name \
         ,/operator Storage/name ->/operator */operator :/operator 1433/number as/keyword no-sql/name }/bracket }/bracket"
    );
    assert_eq!(
        told("app app1 on ep1 { setting A = \"b\" }; host vm1 in hub.data 10.2.0.10"),
        "app/kind app1/new-name on/keyword ep1/name {/bracket setting/property A/value =/operator \"b\"/text }/bracket \
         ;/operator host/kind vm1/new-name in/keyword hub.data/name 10.2.0.10/address"
    );
}

#[test]
fn questions_and_claims() {
    assert_eq!(
        told("can app1 reach orders-db:1433 over tcp"),
        "can/keyword app1/name reach/keyword orders-db/name :/operator 1433/number over/keyword tcp/value"
    );
    assert_eq!(
        told("explain can app1 reach [2001:db8::4]:443"),
        "explain/keyword can/keyword app1/name reach/keyword [2001:db8::4]/address :/operator 443/number"
    );
    assert_eq!(
        told("assert given { remove nsg guard } can app1 reach 10.0.0.4:22 is dropped because nsg"),
        "assert/keyword given/keyword {/bracket remove/keyword nsg/kind guard/name }/bracket can/keyword app1/name \
         reach/keyword 10.0.0.4/address :/operator 22/number is/keyword dropped/value because/keyword nsg/value"
    );
    assert_eq!(told(":load \"a b.fnet\""), ":load/command \"a b.fnet\"/text");
    assert_eq!(told("next-hop app1 to 10.0.0.4"), "next-hop/keyword app1/name to/keyword 10.0.0.4/address");
}

#[test]
fn what_is_being_typed_has_classes_too() {
    assert_eq!(told("vnet hub { dns \"10"), "vnet/kind hub/new-name {/bracket dns/property \"10/text");
    assert_eq!(told("}} ]) , ->"), "}/bracket }/bracket ]/bracket )/bracket ,/operator ->/operator");
    assert_eq!(told("a:"), "a:/kind");
    assert_eq!(told("${"), "${/kind");
}

/// Classes lie in order, on character borders, and leave out blanks alone: of every script there is, and of every
/// beginning of one.
#[test]
fn every_word_of_every_script_has_one_class() {
    let mut wrong = Vec::new();
    let all: Vec<_> = common::files("examples", ".fnet").into_iter().chain(common::files("stdlib", ".fnet")).collect();
    for path in &all {
        let bytes = std::fs::read(common::root().join(path)).expect("a script");
        let text = String::from_utf8_lossy(&bytes);
        let mut at = 0;
        for (range, _) in classes(&text) {
            let sound = range.start >= at && range.end > range.start && text[at..range.start].trim().is_empty();
            if !sound {
                wrong.push(format!("{}: {range:?} after {at}", path.display()));
                break;
            }
            at = range.end;
        }
        if !text[at..].trim().is_empty() {
            wrong.push(format!("{}: nothing of what is behind {at}", path.display()));
        }
    }
    let text = std::fs::read_to_string(common::root().join("examples/orders.fnet")).expect("a script");
    for (end, _) in text.char_indices() {
        classes(&text[..end]);
    }
    common::report(&wrong, all.len());
    assert_eq!(Class::Keyword.word(), "keyword");
}
