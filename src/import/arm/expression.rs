//! The expressions of templates, `[concat(parameters('name'), '-nsg')]`, from text to tree. Knows no function and no value.

use std::ops::Range;

/// How deep brackets may be nested in an expression.
const DEPTH: usize = 64;

/// An expression, and what is taken of its value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expression {
    /// Where it stands, in bytes of the string.
    pub at: Range<usize>,
    pub what: What,
    /// What is taken of it: `.name` and `[0]`, in order.
    pub path: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    Text(String),
    Number(i64),
    /// A function by its name, the namespace of a user's before a dot.
    Call(String, Vec<Expression>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Member(String),
    Element(Expression),
}

/// Why a text is no expression, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NotExpression {
    pub why: &'static str,
    pub at: usize,
}

/// What a string of a template is.
#[derive(Debug, PartialEq)]
pub(super) enum Read {
    /// Itself.
    Literal(String),
    /// An expression to be evaluated.
    Expression(Expression),
}

/// Is a string more than itself?
pub(super) fn is_expression(text: &str) -> bool {
    text.starts_with('[') && text.ends_with(']')
}

/// Reads a string of a template. Brackets around it make an expression, and `[[` a text that begins with a bracket.
pub(super) fn read(text: &str) -> Result<Read, NotExpression> {
    if !is_expression(text) {
        return Ok(Read::Literal(text.into()));
    }
    if text.starts_with("[[") {
        return Ok(Read::Literal(text[1..].into()));
    }
    let mut reader = Reader { text, at: 1, depth: 0 };
    let expression = reader.expression()?;
    reader.space();
    if reader.at + 1 != text.len() {
        return Err(NotExpression { why: "expected `]`, `.` or `[` here", at: reader.at });
    }
    Ok(Read::Expression(expression))
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Takes a sign, where it stands here.
    fn takes(&mut self, sign: char) -> bool {
        self.space();
        let here = self.peek() == Some(sign);
        if here {
            self.at += sign.len_utf8();
        }
        here
    }

    fn fault<T>(&self, why: &'static str) -> Result<T, NotExpression> {
        Err(NotExpression { why, at: self.at })
    }

    fn expression(&mut self) -> Result<Expression, NotExpression> {
        self.space();
        if self.depth == DEPTH {
            return self.fault("brackets are nested too deep");
        }
        self.depth += 1;
        let start = self.at;
        let what = match self.peek() {
            Some('\'') => What::Text(self.quoted()?),
            Some(sign) if sign.is_ascii_digit() || sign == '-' || sign == '+' => What::Number(self.number()?),
            Some(sign) if sign.is_alphabetic() || sign == '_' => self.call()?,
            _ => return self.fault("expected a function, a string in single quotes or a number here"),
        };
        let path = self.path()?;
        self.depth -= 1;
        Ok(Expression { at: start..self.at, what, path })
    }

    fn quoted(&mut self) -> Result<String, NotExpression> {
        let mut text = String::new();
        let mut rest = &self.text[self.at + 1..];
        while let Some(end) = rest.find('\'') {
            text.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            // Two quotes are one that belongs to the text.
            match rest.strip_prefix('\'') {
                Some(after) => {
                    text.push('\'');
                    rest = after;
                }
                None => {
                    self.at = self.text.len() - rest.len();
                    return Ok(text);
                }
            }
        }
        self.fault("this single quote is not closed")
    }

    fn number(&mut self) -> Result<i64, NotExpression> {
        let rest = &self.text[self.at..];
        let digits = rest[1..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |end| end + 1);
        match rest[..digits].parse() {
            Ok(number) => {
                self.at += digits;
                Ok(number)
            }
            Err(_) => self.fault("this is no whole number"),
        }
    }

    fn name(&mut self) -> &str {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn call(&mut self) -> Result<What, NotExpression> {
        let mut name = self.name().to_string();
        if self.peek() == Some('.') {
            self.at += 1;
            name.push('.');
            name.push_str(self.name());
        }
        if !self.takes('(') {
            return self.fault("expected `(` behind the name of a function");
        }
        let mut arguments = Vec::new();
        if !self.takes(')') {
            loop {
                arguments.push(self.expression()?);
                if self.takes(')') {
                    break;
                }
                if !self.takes(',') {
                    return self.fault("expected `,` or `)` here");
                }
            }
        }
        Ok(What::Call(name, arguments))
    }

    fn path(&mut self) -> Result<Vec<Step>, NotExpression> {
        let mut path = Vec::new();
        loop {
            if self.takes('.') {
                self.space();
                let name = self.name().to_string();
                if name.is_empty() {
                    return self.fault("expected the name of a property behind the dot");
                }
                path.push(Step::Member(name));
            } else if self.takes('[') {
                path.push(Step::Element(self.expression()?));
                if !self.takes(']') {
                    return self.fault("expected `]` here");
                }
            } else {
                return Ok(path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> (&'static str, usize) {
        let fault = read(text).unwrap_err();
        (fault.why, fault.at)
    }

    #[test]
    fn strings_are_themselves_or_expressions() {
        assert_eq!(read("plain"), Ok(Read::Literal("plain".into())));
        assert_eq!(read("[[text]"), Ok(Read::Literal("[text]".into())));
        assert_eq!(read("[not closed"), Ok(Read::Literal("[not closed".into())));
        let Ok(Read::Expression(read)) = read("[ a.b('it''s', -3)[0].name ]") else { panic!() };
        let What::Call(name, arguments) = read.what else { panic!() };
        assert_eq!((name.as_str(), arguments.len(), read.path.len()), ("a.b", 2, 2));
        assert_eq!(arguments[0].what, What::Text("it's".into()));
        assert_eq!(arguments[1].what, What::Number(-3));
    }

    #[test]
    fn faults_have_their_place() {
        assert_eq!(why("[concat('a]"), ("this single quote is not closed", 8));
        assert_eq!(why("[concat('a' 'b')]"), ("expected `,` or `)` here", 12));
        assert_eq!(why("[concat]"), ("expected `(` behind the name of a function", 7));
        assert_eq!(why("[a() b]"), ("expected `]`, `.` or `[` here", 5));
        assert_eq!(why("[]").1, 1);
        let deep = format!("[{}1{}]", "a(".repeat(70), ")".repeat(70));
        assert_eq!(why(&deep).0, "brackets are nested too deep");
    }
}
