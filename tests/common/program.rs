//! Programs put together from the grammar at random, with blanks, line ends and comments wherever they may stand. A
//! program is made of bytes: fewer bytes, or smaller ones, make a simpler program.

/// Puts a program together.
pub struct Program<'b> {
    choices: std::slice::Iter<'b, u8>,
    text: String,
    comments: usize,
    ends: &'static str,
}

/// Words of every shape, the plainest first.
const WORDS: &[&str] = &[
    "a",
    "hub.functions",
    "10.0.0.0/8",
    "10.0.0.4-10.0.0.9",
    "*",
    "x:443",
    "*:80,443",
    "*:8000-8999",
    "fe80::1",
    "[2001:db8::4]:443",
    "443",
    "on",
    "Storage.WestEurope",
    "\"a; b # c\"",
    "\"größe {\"",
    "\"a \\\" b\".x:80",
    "名前",
    "a-b_c",
    "3.0.10",
    "allow",
    "as",
    "resource",
    "header",
    "is",
    "for",
    "because",
    "x:",
    "r1..20",
];

const NAMES: &[&str] =
    &["a", "nsg", "subnet", "trigger", "setting", "region", "dns-bypasses-nsg", "allowed", "inbound"];

/// Names that begin a line of another kind where a blank stands behind them.
const LEADING: &[&str] = &["allow", "deny", "for", "remove", "always-allow"];

const STRINGS: &[&str] = &["\"\"", "\"a b\"", "\"{ ; # \\\" }\"", "\"ü\""];

impl<'b> Program<'b> {
    /// The program that some bytes make.
    pub fn of(bytes: &'b [u8]) -> String {
        let mut program = Self { choices: bytes.iter(), text: String::new(), comments: 0, ends: "\n" };
        if program.one_in(8) {
            program.ends = "\r\n";
        }
        program.gap();
        while !program.choices.as_slice().is_empty() {
            program.statement(0);
            program.separated();
        }
        program.text
    }

    fn choice(&mut self, of: usize) -> usize {
        usize::from(self.choices.next().copied().unwrap_or(0)) % of
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.choice(count) == count - 1
    }

    fn put(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    fn pick(&mut self, from: &[&str]) -> &mut Self {
        let at = self.choice(from.len());
        self.put(from[at])
    }

    // --- blanks ---------------------------------------------------------------------------------------------------

    /// Blanks that must stand.
    fn s(&mut self) -> &mut Self {
        self.pick(&[" ", " ", " ", "  ", "\t", "      "])
    }

    /// Blanks that may stand.
    fn w(&mut self) -> &mut Self {
        self.pick(&["", " ", "", "  ", "\t"])
    }

    fn comment(&mut self) {
        self.comments += 1;
        let word = ["", " why", "! \"open", " { ( [", " trailing  ", "\u{feff}ü;"][self.choice(6)];
        let comment = format!("#{}{word}", self.comments);
        self.put(&comment);
    }

    fn line_end(&mut self) {
        if self.one_in(4) {
            self.w().comment();
        }
        self.put(self.ends);
    }

    /// Line ends that do not count.
    fn nls(&mut self) -> &mut Self {
        self.w();
        while self.one_in(5) {
            self.line_end();
            self.w();
        }
        self
    }

    /// What parts two statements or lines.
    fn separated(&mut self) {
        self.w();
        if self.one_in(4) {
            self.put(";");
        } else {
            self.line_end();
        }
        self.gap();
    }

    /// Line ends, comments and `;` where none need stand.
    fn gap(&mut self) {
        while self.one_in(3) {
            self.w();
            if self.one_in(6) {
                self.put(";");
            } else {
                self.line_end();
            }
        }
        self.w();
    }

    // --- words ----------------------------------------------------------------------------------------------------

    fn word(&mut self) -> &mut Self {
        if self.one_in(12) {
            // Ports go over lines.
            self.put("x:80,").nls().put("443");
            return self;
        }
        self.pick(WORDS)
    }

    fn name(&mut self) -> &mut Self {
        self.pick(NAMES)
    }

    fn value(&mut self, depth: usize) {
        match self.choice(12) {
            10 if depth < 4 => {
                self.put("[").nls();
                for at in 0..self.choice(4) {
                    if at > 0 {
                        self.w().put(",").nls();
                    }
                    self.value(depth + 1);
                }
                if !self.text.ends_with('[') && !self.text.trim_end().ends_with(['[', ',']) && self.one_in(3) {
                    self.w().put(",");
                }
                self.nls().put("]");
            }
            11 if depth < 4 => {
                self.put("nth(").nls();
                self.value(depth + 1);
                self.w().put(",").nls();
                self.value(depth + 1);
                self.nls().put(")");
            }
            _ => drop(self.word()),
        }
    }

    fn values(&mut self) -> &mut Self {
        self.value(0);
        while self.one_in(3) {
            self.w().put(",").nls();
            self.value(0);
        }
        // Now and then one that no line has room for.
        if self.one_in(24) {
            for at in 0..30 {
                self.put(",").nls().put(&format!("10.0.{at}.0/24"));
            }
        }
        self
    }

    // --- statements -----------------------------------------------------------------------------------------------

    fn statement(&mut self, depth: usize) {
        match self.choice(if depth < 3 { 12 } else { 8 }) {
            0 | 1 => self.declaration(depth),
            2 => drop(self.put("edition").s().word()),
            3 => drop(self.put("use").s().pick(&["", "tags "]).pick(STRINGS)),
            4 => drop(self.put("let").s().word().w().put("=").w().values()),
            5 => self.query(depth),
            6 => self.assertion(depth),
            7 => {
                self.put("remove").s().name().s();
                self.head();
            }
            8 => {
                self.put("for").s().name().s().put("in").s().values().w();
                self.body(depth);
            }
            9 => {
                self.put("check").s().pick(STRINGS).w();
                self.body(depth);
            }
            10 => {
                self.put("amend").s().name().s();
                self.head();
                self.w();
                self.block(depth);
            }
            _ => self.declaration(depth),
        }
    }

    fn declaration(&mut self, depth: usize) {
        self.name();
        if !self.one_in(5) {
            self.s();
            self.head();
        }
        if self.one_in(2) {
            self.w();
            self.block(depth);
        }
    }

    fn head(&mut self) {
        self.values();
        while self.one_in(3) {
            if self.one_in(3) {
                self.w().pick(&["->", "<->"]).nls();
            } else {
                self.s();
            }
            self.values();
        }
    }

    fn body(&mut self, depth: usize) {
        self.put("{");
        self.gap();
        while self.one_in(2) {
            self.statement(depth + 1);
            self.separated();
        }
        self.put("}");
    }

    // --- lines of a block -----------------------------------------------------------------------------------------

    fn block(&mut self, depth: usize) {
        self.put("{");
        self.gap();
        while !self.one_in(3) && !self.choices.as_slice().is_empty() {
            self.item(depth + 1);
            self.separated();
        }
        self.put("}");
    }

    fn item(&mut self, depth: usize) {
        match self.choice(8) {
            0..=2 => self.entry(depth),
            3 | 4 => self.rule(),
            5 => {
                self.value(1);
                self.w().put("->").nls().name();
                if self.one_in(2) {
                    self.s();
                    self.value(1);
                }
                self.alias();
            }
            6 => {
                self.put("remove").s().values();
                while self.one_in(2) {
                    self.s().values();
                }
            }
            _ if depth < 4 => {
                self.put("for").s().name().s().put("in").s().values().w();
                self.block(depth);
            }
            _ => self.entry(depth),
        }
    }

    fn entry(&mut self, depth: usize) {
        if self.one_in(12) {
            self.pick(LEADING).put("=").w().values();
            return;
        }
        self.name();
        let equals = self.choice(4);
        for at in 0..self.choice(4) {
            if equals == at + 1 {
                self.w().put("=").w();
            } else {
                self.s();
            }
            self.values();
        }
        if depth < 5 && self.one_in(4) {
            self.w();
            self.block(depth);
        }
    }

    fn rule(&mut self) {
        if self.one_in(2) {
            self.pick(&["100", "4096", "-1"]).s();
        }
        self.pick(&["allow", "deny", "always-allow"]).s();
        match self.choice(3) {
            0 => drop(self.pick(&["tcp", "*", "icmp"]).s().values().w().put("->").nls().values()),
            1 => drop(self.put("resource").s().values()),
            _ => drop(self.values()),
        }
        while self.one_in(4) {
            self.s();
            self.header();
        }
        if self.one_in(5) {
            self.s().put("ignore-missing-endpoint");
        }
        while self.one_in(6) {
            self.s();
            self.header();
        }
        self.alias();
    }

    fn header(&mut self) {
        self.put("header").s().name().s().pick(STRINGS);
        while self.one_in(3) {
            self.w().put(",").nls().pick(STRINGS);
        }
    }

    fn alias(&mut self) {
        if self.one_in(3) {
            self.s().put("as").s().word();
        }
    }

    // --- questions ------------------------------------------------------------------------------------------------

    fn query(&mut self, depth: usize) {
        if depth < 3 && self.one_in(4) {
            self.put("given").w();
            self.body(depth);
            self.w();
        }
        match self.choice(16) {
            0 => self.reach(),
            1 => drop(self.put("can").s().word().s().pick(&["start", "fire", "scale"])),
            2 => {
                self.put("what").s().put("can").s().word().s().put("reach");
                self.how();
            }
            3 => {
                self.put("who").s().put("can").s().put("reach").s().word();
                self.how();
            }
            4 => drop(self.put("resolve").s().word().s().put("from").s().word().s().put("using").s().word()),
            5 => drop(self.put("tcpping").s().word().s().word()),
            6 => drop(self.put("nameresolver").s().word().s().word()),
            7 => {
                self.pick(&["troubleshoot", "fix"]).s().word().w().put("->").nls().word();
                self.how();
            }
            8 => {
                self.put("explain").s();
                self.query(depth);
            }
            9 => drop(self.put("explain").s().word().s().word()),
            10 => drop(self.pick(&["routes", "security", "features", "show"]).s().word()),
            11 => drop(self.put("next-hop").s().word().s().put("to").s().word()),
            12 => drop(self.put("diff").s().pick(STRINGS)),
            13 => drop(self.put("troubleshoot").s().word()),
            _ => drop(self.pick(&["lint", "matrix", "features", "show"])),
        }
    }

    fn reach(&mut self) {
        self.put("can").s().word().s().put("reach").s().word();
        self.how();
    }

    fn how(&mut self) {
        while self.one_in(4) {
            self.s();
            match self.choice(4) {
                0 => drop(self.pick(&["over", "from-port", "host-name"]).s().word()),
                1 => drop(self.put("for").s().name()),
                2 => drop(self.put("within").s().values()),
                _ => self.header(),
            }
        }
    }

    fn assertion(&mut self, depth: usize) {
        self.put("assert").s();
        match self.choice(7) {
            0 | 1 => {
                self.word().s().pick(&["can", "cannot"]).s().put("reach").s().word();
                self.how();
            }
            2 => drop(self.word().s().pick(&["can", "cannot"]).s().pick(&["start", "fire"])),
            3 => {
                self.put("only").s().values().s().put("can").s().put("reach").s().word();
                self.how();
            }
            4 => drop(self.pick(&["every", "no"]).s().name().s().put("can").s().put("reach").s().word()),
            5 => drop(self.word().s().put("resolves").s().word().s().put("as").s().values()),
            _ => {
                self.query(depth);
                self.s().put("is").s().name();
            }
        }
        while self.one_in(4) {
            self.s().pick(&["because", "not because"]).s().pick(&["nsg", "scope.route-all"]);
        }
    }
}
