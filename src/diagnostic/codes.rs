//! The codes of the language's own diagnostics, one page each.
//!
//! `FN00..` is about files, `FN01..` about the text and its names, `FN04..` about fnet in documents. The codes `FN02..`
//! and `FN03..` belong to rules of the platform and are declared with them in the stdlib.

/// The page of a code: what it means, the shortest script that triggers it, and the mend.
#[derive(Clone, Copy, Debug)]
pub struct CodePage {
    /// `FN0101`.
    pub code: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// What it means and how to mend it.
    pub text: &'static str,
    /// The shortest script that triggers it; empty where a script alone cannot.
    pub example: &'static str,
}

macro_rules! codes {
    ($($code:literal $title:literal $text:literal $example:literal)*) => {
        /// Every code of the language, in order.
        pub const CODES: &[CodePage] = &[
            $(CodePage { code: $code, title: $title, text: $text, example: $example },)*
        ];
    };
}

codes! {
    "FN0001" "a file cannot be read"
    "The file that was named, on the command line or after `use`, does not exist, is a directory, or may not be read. A path after `use` is relative to the file that says so."
    "use \"missing.fnet\"\n"
    "FN0002" "a file is not text"
    "Scripts are UTF-8 text. The file holds bytes that are not; convert it, or name the file that was meant."
    ""
    "FN0003" "files use each other in a circle"
    "A file that another one uses, uses it again, directly or further on. The message shows the way round. Move what both need into a third file."
    ""
    "FN0004" "a text is too large"
    "A single text may hold up to 4 GiB, and `for` may make up to 10,000 rounds in all."
    "for i in 1..20000 {\n  nsg n${i}\n}\n"
    "FN0005" "a file is not Microsoft's list of service tags"
    "`use tags` reads the list of service tags as Microsoft publishes it every week, `ServiceTags_Public.json`. The message says where the file is no JSON, or JSON of another kind; a list of another cloud than the public one gets a warning. `use` without `tags` reads scripts."
    ""
    "FN0006" "a file is not JSON"
    "A template, a plan or a list that is to be imported is JSON. The message says what is wrong with it and shows the line; where something is missing, the place is behind what is there."
    ""
    "FN0007" "a JSON file is of no kind that is imported"
    "What can be imported is a template of Azure Resource Manager, what `terraform show -json` prints of a plan or a state, and the lists of resources that `az … -o json`, the REST interface and Resource Graph answer. `fnet import arm`, `terraform` or `az` takes a file for that kind."
    ""
    "FN0008" "a template needs the value of a parameter"
    "What a network is rests on a parameter that has no value: a condition, the count of a loop, an address. The message names all of them. `--parameter NAME=VALUE` gives one, `--parameters FILE` a file of them; a file `main.parameters.json` beside `main.json` is found. Other parameters without a value are left open, and stand in the source as their names in braces."
    ""
    "FN0009" "an expression of a template is not understood"
    "The language of templates does not know what stands in the brackets: a function that there is not, an argument of another kind, a parameter or variable that is not declared. Where the network rests on it, it is an error; elsewhere the value is left open, and a warning says so."
    ""
    "FN0010" "a template grows too large"
    "Loops, nested deployments and values that are made of each other have their limits here, beyond what Azure takes."
    ""
    "FN0011" "a deployment is of a template elsewhere"
    "A linked template is not followed, as it lies at an address or beside the template. What it deploys is missing; import it as well."
    ""
    "FN0012" "a plan does not tell a value"
    "What Azure chooses is known only after `terraform apply`. A plan tells what an attribute refers to, so that most links between resources can be followed all the same; not those that lead through `local` values, functions or dynamic blocks. The state after the apply has them all."
    ""
    "FN0013" "resources contradict each other"
    "What is imported states one fact in two places, and not the same: a subnet in its network and for itself, a setting and a property. The first place is taken, and the message shows both. Take the wrong one out, or import what is deployed rather than what was meant to be."
    ""
    "FN0014" "a file tells no resources"
    "What is imported from lists of Azure are resources, each with its id. Effective routes, effective security rules and the answers of Network Watcher are what Azure works out of them: import the resources, and ask fnet the same question."
    ""
    "FN0101" "the text is not understood here"
    "Something stands where the language expects something else. The message names what could stand there."
    "can app1 reach\n"
    "FN0102" "a bracket is not closed, or closes nothing"
    "Every `{`, `(` and `[` needs its partner. The message points at the bracket that has none."
    "nsg a {\n"
    "FN0103" "a string is not closed"
    "A string begins and ends with a double quote on the same line. A line break inside is written `\\n`, a quote `\\\"`."
    "let a = \"b\n"
    "FN0104" "brackets are nested too deep"
    "Blocks and lists may be nested up to 64 levels."
    ""
    "FN0105" "a character cannot stand here"
    "A carriage return without a line feed, or a control character, stands in the text outside a string."
    ""
    "FN0106" "an unknown kind of declaration"
    "A statement begins with a kind (`vnet`, `app`, `nsg` ...), a query word (`can`, `explain` ...) or one of `edition`, `use`, `let`, `for`, `check`, `assert`, `amend`, `remove`."
    "vnett hub 10.0.0.0/16\n"
    "FN0107" "an unknown property"
    "The kind has no such property. The message lists what it has where nothing is near."
    "nat-gateway a { public-pi 20.0.0.1 }\n"
    "FN0108" "a property is stated twice"
    "A property that takes one value may be stated once. One that takes a list may be stated several times; the lines add up."
    "vnet a 10.0.0.0/16 { region westeurope; region northeurope }\n"
    "FN0109" "a value is not of the kind that is wanted"
    "The property takes another kind of value. The message says which."
    "gateway g in a { type sometimes }\nvnet a 10.0.0.0/16\n"
    "FN0110" "an address or prefix is wrong"
    "An IPv4 address is four numbers up to 255, a prefix an address and a length up to 32 (IPv6: 128)."
    "vnet a 10.0.0.0/33\n"
    "FN0111" "a prefix has host bits"
    "`10.0.0.5/16` names an address inside a prefix. A prefix ends where its length says; the help shows the prefix that holds the address."
    "vnet a 10.0.0.5/16\n"
    "FN0112" "a port is wrong"
    "Ports run from 0 to 65535; a range is `8000-8999`, a list `80,443`."
    "nsg a { outbound { 100 allow tcp * -> *:70000 } }\n"
    "FN0113" "an unknown name"
    "Nothing of that name and kind is declared. A query sees what is declared above it."
    "app a on p\n"
    "FN0114" "a name is declared twice"
    "In a file a name is declared once. At the prompt a new declaration replaces the old one."
    "nsg a\nnsg a\n"
    "FN0115" "a name could mean several things"
    "The name is declared in more than one place or kind and this one does not say which. Write the whole name, as in `hub.data`."
    "vnet a 10.0.0.0/16 { subnet s 10.0.0.0/24 }\nvnet b 10.1.0.0/16 { subnet s 10.1.0.0/24 }\nhost h in s 10.0.0.4\n"
    "FN0116" "something is missing"
    "The declaration lacks a part that it cannot do without."
    "plan p\n"
    "FN0117" "the edition does not know this"
    "The property or value belongs to another edition of the platform. The message names it; `edition 2026` as the first statement chooses it."
    "edition 2020\nplan p { tier PremiumV2 }\napp a on p { public-access off }\n"
    "FN0118" "the edition is not known, or stands in the wrong place"
    "`edition 2020` or `edition 2026` is the first statement of a file and stands there once."
    "edition 1999\n"
    "FN0119" "a name is taken by a service tag"
    "A declared name may not be spelled exactly like a service tag: `Sql` no, `sql` yes."
    "nsg Sql\n"
    "FN0120" "an assertion does not hold"
    "The answer differs from what was asserted. The trace below it shows why."
    "vnet a 10.0.0.0/16 { subnet s 10.0.0.0/24 }\nassert next-hop a.s to 203.0.113.1 is vnet\n"
    "FN0121" "a question needs more to be answered"
    "The question lacks a part (a port for a bare address), or names something that cannot be asked that way."
    "vnet a 10.0.0.0/16 { subnet s 10.0.0.0/24 }\ncan a.s reach 10.0.0.9\n"
    "FN0123" "nothing to change"
    "`amend` and `remove` need a declaration above them that has what they change."
    "remove nsg a\n"
    "FN0124" "a property has no such form"
    "Only `let` and `setting` use `=`; elsewhere the value follows the property."
    "plan p { tier = Standard }\n"
    "FN0125" "a query word in a declaration's place"
    "Queries and assertions stand at the top of a file or in `check`, not in the block of a declaration."
    ""
    "FN0401" "the prompt prints something else"
    "A transcript in a document says what an entry prints, and it prints something else. `fnet test --update` writes down what it prints now; `...` alone stands for any lines, `[..]` for any text within one."
    ""
    "FN0402" "an expected diagnostic is not reported"
    "`#~ error[FN0301] \"words\"` at the end of a line expects that diagnostic there, with those words in its message. There is none: take the mark away, or mend what it was to show."
    ""
    "FN0403" "a block that is to fail does not"
    "A block with the tag `fnet fails` shows something that is wrong, and by now nothing is. Take `fails` away, or mend what it was to show."
    ""
    "FN0404" "a block cannot be read as it is marked"
    "The tag of a block of fnet in a document says something that it cannot mean, or a transcript is not written as one: each entry begins with `fnet> ` and goes on with `...> `, and what it prints stands below it."
    ""
    "FN0405" "nothing uses the file"
    "A line such as `network.fnet:` above a block makes it a file for `use`, and no block of the document uses it."
    ""
}

/// The page of a code of the language.
pub fn page(code: &str) -> Option<&'static CodePage> {
    CODES.iter().find(|page| page.code.eq_ignore_ascii_case(code))
}
