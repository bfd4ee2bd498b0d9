//! The pest parser made from `grammar/fnet.pest`, the names of its rules in human words, and the shapes of queries.

/// The parser. All of its rules are in `grammar/fnet.pest`.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/fnet.pest"]
pub(super) struct Grammar;

/// The words that begin a question, and its shape; one row a question. Help, hints and error messages read it.
pub const QUERY_SHAPES: &[(&str, &str)] = &[
    ("can", "can SOURCE reach TARGET:PORT [over PROTOCOL] [from-port N] [for TRAFFIC]"),
    ("what", "what can SOURCE reach [within PREFIX] [over PROTOCOL]"),
    ("who", "who can reach TARGET:PORT [over PROTOCOL]"),
    ("resolve", "resolve NAME [from SOURCE] [using SERVER]"),
    ("tcpping", "tcpping APP HOST:PORT"),
    ("nameresolver", "nameresolver APP NAME [SERVER]"),
    ("troubleshoot", "troubleshoot APP [-> TARGET:PORT]"),
    ("fix", "fix APP -> TARGET:PORT"),
    ("explain", "explain RULE | TOPIC | CODE | NAME | QUERY"),
    ("routes", "routes SOURCE"),
    ("security", "security SOURCE"),
    ("next-hop", "next-hop SOURCE to ADDRESS"),
    ("features", "features [PLAN | APP]"),
    ("show", "show [NAME | KINDS]"),
    ("lint", "lint"),
    ("matrix", "matrix"),
    ("diff", "diff \"FILE\""),
];

/// The words that begin a statement which is no declaration, apart from the query words.
pub const QUERY_WORDS: &[&str] = &["edition", "use", "let", "for", "check", "assert", "amend", "remove", "given"];

/// What a rule of the grammar is called in a message; none for those that help nobody.
pub(super) fn human(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::word | Rule::value | Rule::values => "a name or value",
        Rule::name => "a word",
        Rule::string => "a string in double quotes",
        Rule::block | Rule::body => "`{`",
        Rule::arrow => "`->`",
        Rule::equals => "`=`",
        Rule::list => "a list",
        Rule::action => "`allow` or `deny`",
        Rule::protocol => "a protocol (tcp, udp, icmp, esp, ah, `*`)",
        Rule::priority => "a priority",
        Rule::alias => "`as NAME`",
        Rule::because => "`because RULE` or `not because RULE`",
        Rule::from => "`from SOURCE`",
        Rule::using => "`using SERVER`",
        Rule::can => "`can` or `cannot`",
        Rule::on => "`on NAME`",
        Rule::doing => "`fire`, `scale` or `start`",
        Rule::how | Rule::over => "a qualifier such as `over udp`",
        Rule::tags => "`tags`",
        Rule::EOI => "the end of the statement",
        Rule::query => "a query",
        Rule::statement => "a statement",
        _ => return None,
    })
}
