//! Bad input of every kind: a clear error and exit status 2 or 3, never a panic and never a hang.
#![cfg(feature = "cli")]

mod common;

use common::{Run, TempFolder, fnet, fnet_with};

/// Bytes that are refused: with a code, and with nothing worse.
#[track_caller]
fn refused(input: impl AsRef<[u8]>) -> Run {
    let run = fnet_with(["check", "-"], input.as_ref()).calm();
    assert_eq!(run.code, Some(2), "{}", common::cut(&run.all()));
    assert!(run.stderr.starts_with("error[FN"), "{}", common::cut(&run.stderr));
    run
}

/// Bytes that are taken.
#[track_caller]
fn taken(input: impl AsRef<[u8]>) -> Run {
    let run = fnet_with(["check", "-"], input.as_ref()).calm();
    assert_eq!(run.code, Some(0), "{}", common::cut(&run.all()));
    run
}

/// Numbers that look like chance and are the same every time.
fn noise(mut seed: u64, count: usize) -> Vec<u8> {
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed as u8
    };
    (0..count).map(|_| next()).collect()
}

#[test]
fn random_bytes() {
    for seed in 1..6 {
        refused(noise(seed, 4096)).says("FN0002");
    }
    for seed in 1..6 {
        let ascii: Vec<u8> = noise(seed, 4096).into_iter().map(|byte| byte & 0x7f).collect();
        refused(ascii);
    }
}

#[test]
fn a_flag_of_a_third_network() {
    // A flag of a peering is one of its two networks', never a third one's.
    let third = "vnet a 10.1.0.0/16\nvnet b 10.2.0.0/16\nvnet c 10.3.0.0/16\n";
    refused(format!("{third}peering a <-> b {{ forwarded-traffic c }}\n")).says("FN0109");
}

#[test]
fn brackets_without_end() {
    refused("{".repeat(10_000)).says("FN0104");
    refused("(".repeat(10_000)).says("FN0104");
    refused("nsg a {\n".repeat(10_000)).says("FN0104");
    refused("vnet a nth(10.0.0.0/8, 99, 1)\n").says("FN0109");
    refused("[".repeat(100_000)).says("FN0104");
    refused(format!("let a = {}{}\n", "[".repeat(100_000), "]".repeat(100_000))).says("FN0104");
    refused("}".repeat(1_000)).says("FN0102");
    refused(format!("let a = {}1{}\n", "nth(".repeat(60), ")".repeat(60)));
}

/// Shapes that a grammar with alternatives might try over and over.
#[test]
fn shapes_that_begin_well_and_end_badly() {
    for depth in [8, 30, 60] {
        refused(format!(
            "vnet a 10.0.0.0/16 {{\n{}dns azure\n{}}}\n",
            "for x in 1 {\n".repeat(depth),
            "} y\n".repeat(depth)
        ));
        refused(format!("{}nsg n\n{}", "for i in 1 {\n".repeat(depth), "} y\n".repeat(depth)));
        refused(format!("a b {{\n{}= \n{}}}\n", "c d {\n".repeat(depth), "} y\n".repeat(depth)));
        refused(format!("{} can a reach b:1 {}", "given {".repeat(depth), "} x".repeat(depth)));
        refused(format!("{}x{}", "check \"a\" {".repeat(depth), "} y".repeat(depth)));
        refused(format!("let a = {}abc{}\n", "[abc ".repeat(depth), "]".repeat(depth)));
        refused(format!("assert {}can a reach b:1 is{}\n", "explain ".repeat(depth), " is yes".repeat(depth)));
    }
}

#[test]
fn files_that_are_none() {
    fnet(["check", "src"]).ends(3).says("FN0001").says("directory");
    fnet(["check", "missing/file.fnet"]).ends(3).says("FN0001").says("no such file");
    fnet(["check", ""]).calm().ends(3);
    fnet_with(["check", "-"], b"use \"src\"\n").calm().says("FN0001");
}

#[test]
fn files_that_use_each_other() {
    let folder = TempFolder::new("circle");
    let a = folder.file("a.fnet", "use \"b.fnet\"\nnsg a\n");
    folder.file("b.fnet", "use \"c.fnet\"\nnsg b\n");
    folder.file("c.fnet", "use \"a.fnet\"\nnsg c\n");
    let check = |path: &std::path::Path| fnet([std::ffi::OsStr::new("check"), path.as_os_str()]).calm();
    check(&a).ends(2).says("FN0003").says("a.fnet -> b.fnet -> c.fnet -> a.fnet");
    let alone = folder.file("self.fnet", "use \"self.fnet\"\n");
    check(&alone).ends(2).says("FN0003");
    let twice = folder.file("twice.fnet", "use \"leaf.fnet\"\nuse \"./leaf.fnet\"\nnsg b\n");
    folder.file("leaf.fnet", "nsg a\n");
    check(&twice).ends(0);
    let broken = folder.file("broken.fnet", "use \"bad.fnet\"\nnsg b\n");
    folder.file("bad.fnet", b"nsg \xff\n");
    check(&broken).ends(2).says("FN0002");
    // A long way of files, each using the next.
    for i in 0..400 {
        folder.file(&format!("f{i}.fnet"), format!("use \"f{}.fnet\"\nnsg n{i}\n", i + 1));
    }
    folder.file("f400.fnet", "nsg last\n");
    check(&folder.path().join("f0.fnet")).ends(0);
}

#[test]
fn control_characters() {
    refused("nsg a\rnsg b\n").says("FN0105");
    refused("nsg a # comment\rnsg b\n").says("FN0105");
    refused("nsg \0a\n").says("FN0105");
    refused("\0\0\0\0").says("FN0105");
    refused("nsg \"a\rb\"\n").says("FN0105");
    refused("nsg a\u{7f}\n").says("FN0105");
    // The end of an old tape is a control character as well.
    refused("nsg a\n\u{1a}").says("FN0105");
}

#[test]
fn marks_and_line_ends() {
    taken("\u{feff}edition 2026\nnsg a\n");
    taken("edition 2026\r\nnsg a {\r\n  outbound {\r\n    100 deny * * -> *\r\n  }\r\n}\r\n# end\r\n");
    taken("nsg a\r\n");
    taken("nsg a\r");
    let crlf = "edition 2026\r\nvnet hub 10.0.0.0/16 {\r\n  subnet s 10.0.0.0/33\r\n}\r\n";
    refused(crlf).says("FN0110").says(":3:");
    refused("nsg a\u{feff}\nnsg\u{feff}b\n");
}

#[test]
fn texts_of_nothing() {
    taken("");
    taken("\n\n\n");
    taken("# only\n# comments\n");
    taken("# a comment without a line end");
    taken("   \t  ");
    taken(";;;;\n;\n");
    taken("\u{feff}");
    assert!(fnet_with(["run", "-"], b"").ends(0).stdout.is_empty());
}

#[test]
fn letters_of_the_world() {
    // Quoted, they are names like others.
    taken(
        "nsg \"b\u{fc}ro\" # b\u{fc}ro\nnsg \"\u{6771}\u{4eac}\"\nnsg \"e\u{301}\u{302}\u{303}\"\nnsg \"\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\"\n",
    );
    taken("# \u{2028} a line separator, \u{2029} a paragraph separator, \u{85} a next line\nnsg a\n");
    // Places are right behind them: the frame points at a character, not into one.
    let wide = "let a = \"\u{6771}\u{4eac}\u{1f468}\u{200d}\u{1f469}e\u{301}\"; vnett b\n";
    refused(wide).says("FN0106");
    refused("nsg \u{6771}\u{4eac} {\n  \u{6771} \u{4eac}\n}\n");
    refused("vnet hub 10.0.0.0/16\u{2028}nsg b\n");
    refused("can \u{1f600} reach \u{1f600}:\u{1f600}\n");
    refused("vnet a 10.\u{664}.0.0/16\n");
    refused("nsg a { outbound { 1\u{661}0 allow tcp * -> *:\u{664}43 } }\n");
    refused("e\u{301}\u{301}\u{301} x\n");
    refused(format!("nsg a{}\nvnett b\n", "\u{301}".repeat(5_000)));
}

#[test]
fn long_lines() {
    refused(format!("nsg a b = {}\n", "= ".repeat(1_000_000)));
    refused(format!("vnett {}\n", "\u{6771}".repeat(700_000))).says("FN0106");
    refused(format!("nsg \"{}\n", "a".repeat(2_000_000))).says("FN0103");
    taken(format!("# {}\nnsg a\n", "x".repeat(2_000_000)));
    taken(format!("nsg {}\n", "a".repeat(2_000_000)));
    taken(format!("let many = {}10.0.0.1\n", "10.0.0.2, ".repeat(100_000)));
    // What is shown of such a line is short.
    let run = refused(format!("nsg {} }}\n", "a ".repeat(500_000)));
    assert!(run.stderr.len() < 10_000, "{} bytes of diagnostics", run.stderr.len());
}

/// Ten thousand mistakes are told in the time of a few.
#[test]
fn many_mistakes() {
    refused("vnett a 10.0.0.0/16\n".repeat(10_000)).says("FN0106");
    refused("nsg \"a\n".repeat(10_000)).says("FN0103");
    refused("a {\n".repeat(40) + &"nsg b\n".repeat(10_000)).says("FN0102");
}

#[test]
fn loops_without_end() {
    refused("for i in 1..999999999 { nsg n${i} }\n").says("FN0004");
    refused("for i in 1..99999999999999999999 { nsg n${i} }\n");
    fnet_with(["check", "-"], b"for i in 5..1 { nsg n${i} }\n").calm();
    refused(format!("{}nsg n${{i}}\n{}", "for i in 1..10 {\n".repeat(30), "}\n".repeat(30))).says("FN0004");
    refused(format!("{}nsg n\n{}", "for i in 1..2 {\n".repeat(60), "}\n".repeat(60)));
    refused("vnet a 10.0.0.0/16 {\n  for i in 1..999999999 { subnet s${i} nth(10.0.0.0/16, 24, ${i}) }\n}\n")
        .says("FN0004");
    // A value that grows with every round of the loops around it.
    let grow = "let a = \"xxxxxxxxxx\"\nfor i in a {\n".to_string()
        + &(0..20).map(|n| format!("for i{n} in \"${{i}}${{i}}\" {{\n")).collect::<String>()
        + "nsg \"${i19}\"\n"
        + &"}\n".repeat(21);
    fnet_with(["check", "-"], grow.as_bytes()).calm();
}

#[test]
fn definitions_that_turn_in_circles() {
    for text in [
        "let a = b\nlet b = a\nnsg n { outbound { 100 allow tcp * -> a } }\n",
        "let a = a\nnsg n { outbound { 100 allow tcp * -> a } }\n",
        "let a = [a, a]\ncan a reach a:1\n",
        "for a in a { nsg n${a} }\n",
        "vnet a 10.0.0.0/16 { subnet s 10.0.0.0/24 { nsg s } }\nnsg s { outbound { 100 allow tcp s -> s } }\n",
        "private-dns-zone z.example { link a; record x CNAME x.z.example }\nvnet a 10.0.0.0/16 { subnet s 10.0.0.0/24 }\nhost h in a.s 10.0.0.4\nresolve x.z.example from h\ncan h reach x.z.example:443\n",
        "vnet a 10.0.0.0/16 { subnet s 10.0.0.0/24 { route-table t } }\nroute-table t { 0.0.0.0/0 -> appliance 10.0.0.4 }\nappliance f in a.s 10.0.0.4 { forwarding on; default allow }\nhost h in a.s 10.0.0.10\ncan h reach 8.8.8.8:443\ncan h reach f:443\n",
        "vnet a 10.0.0.0/16 { subnet s 10.0.0.0/24 }\npeering a <-> a\nhost h in a.s 10.0.0.10\ncan h reach 10.0.0.20:443\n",
        "amend nsg a { outbound { 100 allow tcp * -> * } }\n",
        "given { given { nsg a } show } show\n",
        "plan p { tier Standard }\napp a on a\n",
        "app a on b\napp b on a\ncan a reach b:443\n",
    ] {
        let run = fnet_with(["run", "-"], text.as_bytes()).calm();
        assert!(matches!(run.code, Some(0..=2)), "{text}: {:?}", run.code);
    }
}

#[test]
fn numbers_out_of_range() {
    for text in [
        "plan p { tier Standard; instances 99999999999999999999 }\n",
        "plan p { tier Standard; instances 9223372036854775807 }\n",
        "plan p { tier Standard; max-instances -9223372036854775808 }\n",
        "vnet a 10.0.0.0/99999999999\n",
        "vnet a ::/0\n",
        "vnet a 0.0.0.0/0 { subnet s 0.0.0.0/0 }\n",
        "nsg a { outbound { 99999999999999999999 allow tcp * -> * } }\n",
        "nsg a { outbound { -5 allow tcp * -> *:0-65535 } }\n",
        "nsg a { outbound { 100 allow tcp * -> *:65536 } }\n",
        "let a = nth(10.0.0.0/8, 33, 0)\n",
        "let a = nth(10.0.0.0/8, 16, 99999999999999999999)\n",
        "let a = nth(::/0, 128, 340282366920938463463374607431768211455)\n",
        "let a = nth(0.0.0.0/0, 32, 4294967295)\nnsg n { outbound { 100 allow tcp * -> a } }\n",
        "vnet a 255.255.255.255/32 { subnet s 255.255.255.255/32 }\nhost h in a.s 255.255.255.255\n",
        "vnet a ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128\n",
        "hybrid-connection h x:99999\n",
        "plan p { tier Premium; instances 9223372036854775807; max-instances 9223372036854775807 }\nvnet n 10.0.0.0/8 { subnet s 10.0.0.0/26 }\napp a on p { integrate n.s }\napp b on q { integrate n.s }\nplan q { tier Premium; max-instances 9223372036854775807 }\n",
    ] {
        let run = fnet_with(["--edition", "2026", "check", "-"], text.as_bytes()).calm();
        assert!(matches!(run.code, Some(0 | 2)), "{text}: {:?}\n{}", run.code, run.all());
    }
}

/// Twenty megabytes that are in order.
#[test]
fn a_large_file() {
    let folder = TempFolder::new("large");
    let mut text = String::from("edition 2026\n");
    let mut block = 0;
    while text.len() < 20_000_000 {
        text.push_str(&format!(
            "# Block {block}.\n{}",
            "# What was once written down and is kept for later.\n".repeat(1_500)
        ));
        let list: Vec<String> = (0..500).map(|n| format!("10.{}.{}.{}", block % 256, n / 250, n % 250 + 1)).collect();
        text.push_str(&format!("let list{block} = {}\n", list.join(", ")));
        text.push_str(&format!("nsg group{block} {{\n  outbound {{\n    100 allow tcp * -> list{block}:443\n    200 deny * * -> Internet\n  }}\n}}\n"));
        block += 1;
    }
    let path = folder.file("large.fnet", text);
    fnet([std::ffi::OsStr::new("check"), path.as_os_str()]).calm().ends(0);
}
