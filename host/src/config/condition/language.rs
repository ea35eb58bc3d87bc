//! The small boolean language for conditions that are no markers.
//!
//! Names of zc.buildout's table, `not and or`, parentheses, strings, numbers, tuples, comparisons, `in`,
//! `True False None`; `sys.version_info` and its parts, `sys.platform`, `platform.system()`,
//! `platform.machine()`; `env.NAME`. It is evaluated while it is read; nothing in it has an effect.

use std::cmp::Ordering;

use super::super::facts::Facts;
use super::{Environment, Judgement};
use crate::diagnostic::nearest;

/// Parentheses in parentheses.
const MOST_DEPTH: usize = 40;

/// Judges an expression of the small language.
pub(super) fn judge(expression: &str, facts: &Facts, environment: &Environment) -> Judgement {
    let tokens = match tokens(expression) {
        Ok(tokens) => tokens,
        Err(reason) => return Judgement::Unsupported(reason),
    };
    let mut reader = Reader { tokens, at: 0, depth: 0, facts, environment, needs: Vec::new() };
    let found = reader.list(None).and_then(|(values, _)| {
        reader.end()?;
        // As zc.buildout, which evaluates `[EXPRESSION][0]`.
        values.into_iter().next().ok_or_else(|| "it is empty".to_owned())
    });
    match found {
        Err(reason) => Judgement::Unsupported(reason),
        Ok(_) if !reader.needs.is_empty() => Judgement::Needs(reader.needs),
        Ok(value) if value.is_true() => Judgement::True,
        Ok(_) => Judgement::False,
    }
}

/// Names of this language and of markers, for advice.
const NAMES: [&str; 37] = [
    "and",
    "big_endian",
    "bits32",
    "bits64",
    "cpython",
    "cygwin",
    "implementation_name",
    "implementation_version",
    "in",
    "ironpython",
    "jython",
    "linux",
    "little_endian",
    "macosx",
    "not",
    "or",
    "os.name",
    "os_name",
    "platform.machine",
    "platform.system",
    "platform_machine",
    "platform_python_implementation",
    "platform_system",
    "posix",
    "pypy",
    "python2",
    "python3",
    "python_full_version",
    "python_version",
    "solaris",
    "sys.platform",
    "sys.version_info",
    "sys.version_info.major",
    "sys.version_info.minor",
    "sys.version_info.micro",
    "sys_platform",
    "windows",
];

/// The name that the first unknown one in an expression was probably meant to be.
pub(super) fn meant(expression: &str) -> Option<&'static str> {
    let tokens = tokens(expression).ok()?;
    let mut paths: Vec<String> = Vec::new();
    let mut dotted = false;
    for token in tokens {
        match token {
            Token::Word(word) if dotted => paths.last_mut()?.push_str(&format!(".{word}")),
            Token::Word(word) => paths.push(word),
            Token::Text(_) | Token::Number(_) | Token::Sign(_) => {
                dotted = token == Token::Sign(".") && !paths.is_empty();
                continue;
            }
        }
        dotted = false;
    }
    let unknown = paths.iter().find(|path| !NAMES.contains(&path.as_str()) && !path.starts_with("env."))?;
    nearest(unknown, NAMES)
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Number(f64),
    Sign(&'static str),
}

impl Token {
    fn shown(&self) -> String {
        match self {
            Self::Word(word) => word.clone(),
            Self::Text(text) => super::super::text::repr(text),
            Self::Number(number) => number.to_string(),
            Self::Sign(sign) => (*sign).to_owned(),
        }
    }
}

const SIGNS: [&str; 16] =
    ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ",", ".", ":", "+", "-", "*"];

fn tokens(expression: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = expression.trim_start();
    while let Some(first) = rest.chars().next() {
        let length;
        if first == '\'' || first == '"' {
            let (text, used) = string(rest, first)?;
            tokens.push(Token::Text(text));
            length = used;
        } else if first.is_ascii_digit() {
            length = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let number = rest[..length].parse();
            tokens.push(Token::Number(number.map_err(|_| format!("`{}` is no number", &rest[..length]))?));
        } else if first.is_alphabetic() || first == '_' {
            length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..length].to_owned()));
        } else {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
            let sign = sign.ok_or_else(|| format!("unexpected `{first}`"))?;
            tokens.push(Token::Sign(sign));
            length = sign.len();
        }
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

/// Reads a quoted string; returns its text and the bytes used.
fn string(rest: &str, quote: char) -> Result<(String, usize), String> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => return Ok((text, at + 1)),
            '\\' => match chars.next() {
                Some((_, c @ ('\\' | '\'' | '"'))) => text.push(c),
                Some((_, 'n')) => text.push('\n'),
                Some((_, 't')) => text.push('\t'),
                Some((_, c)) => return Err(format!("unknown escape `\\{c}`")),
                None => break,
            },
            c => text.push(c),
        }
    }
    Err("a string does not end".to_owned())
}

#[derive(Debug, Clone, PartialEq)]
enum Value {
    None,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Value>),
}

impl Value {
    fn is_true(&self) -> bool {
        match self {
            Self::None => false,
            Self::Bool(value) => *value,
            Self::Number(value) => *value != 0.0,
            Self::Text(value) => !value.is_empty(),
            Self::List(values) => !values.is_empty(),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Bool(_) => "a truth value",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a tuple",
        }
    }

    fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bool(truth), Self::Number(number)) | (Self::Number(number), Self::Bool(truth)) => {
                f64::from(u8::from(*truth)) == *number
            }
            (Self::List(one), Self::List(two)) => {
                one.len() == two.len() && one.iter().zip(two).all(|(one, two)| one.equals(two))
            }
            (one, two) => one == two,
        }
    }

    fn order(&self, other: &Self) -> Result<Ordering, String> {
        match (self, other) {
            (Self::Number(one), Self::Number(two)) => Ok(one.total_cmp(two)),
            (Self::Text(one), Self::Text(two)) => Ok(one.cmp(two)),
            (Self::List(one), Self::List(two)) => {
                for (one, two) in one.iter().zip(two) {
                    if !one.equals(two) {
                        return one.order(two);
                    }
                }
                Ok(one.len().cmp(&two.len()))
            }
            (one, two) => Err(format!("{} and {} cannot be compared", one.kind(), two.kind())),
        }
    }

    fn holds(&self, member: &Self) -> Result<bool, String> {
        match (self, member) {
            (Self::Text(text), Self::Text(part)) => Ok(text.contains(part.as_str())),
            (Self::List(values), member) => Ok(values.iter().any(|value| value.equals(member))),
            (value, member) => Err(format!("{} cannot be in {}", member.kind(), value.kind())),
        }
    }
}

struct Reader<'a> {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    facts: &'a Facts,
    environment: &'a Environment,
    needs: Vec<String>,
}

type Found = Result<Value, String>;

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead)
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(0), Some(Token::Word(next)) if next == word);
        self.at += usize::from(found);
        found
    }

    fn takes(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(0), Some(Token::Sign(next)) if *next == sign);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), String> {
        if self.takes(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&self) -> String {
        match self.peek(0) {
            Some(token) => format!("unexpected `{}`", token.shown()),
            None => "it ends too early".to_owned(),
        }
    }

    fn end(&self) -> Result<(), String> {
        if self.at == self.tokens.len() { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Values between commas, and whether there was a comma.
    fn list(&mut self, close: Option<&str>) -> Result<(Vec<Value>, bool), String> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err("it is nested too deeply".to_owned());
        }
        let mut values = Vec::new();
        let mut comma = false;
        let closes = |reader: &mut Self| match close {
            Some(close) => reader.takes(close),
            None => reader.at == reader.tokens.len(),
        };
        loop {
            if (comma || close.is_some()) && closes(self) {
                break;
            }
            values.push(self.either()?);
            if closes(self) {
                break;
            }
            self.expect(",")?;
            comma = true;
        }
        self.depth -= 1;
        Ok((values, comma))
    }

    fn either(&mut self) -> Found {
        let mut value = self.both()?;
        while self.takes_word("or") {
            let other = self.both()?;
            value = if value.is_true() { value } else { other };
        }
        Ok(value)
    }

    fn both(&mut self) -> Found {
        let mut value = self.negation()?;
        while self.takes_word("and") {
            let other = self.negation()?;
            value = if value.is_true() { other } else { value };
        }
        Ok(value)
    }

    fn negation(&mut self) -> Found {
        let mut odd = false;
        let mut any = false;
        while self.takes_word("not") {
            (odd, any) = (!odd, true);
        }
        let value = self.comparison()?;
        Ok(if any { Value::Bool(value.is_true() != odd) } else { value })
    }

    fn comparison(&mut self) -> Found {
        let mut left = self.term()?;
        let mut truth = None;
        while let Some(operator) = self.operator() {
            let right = self.term()?;
            let holds = match operator {
                "==" => left.equals(&right),
                "!=" => !left.equals(&right),
                "<" => left.order(&right)?.is_lt(),
                "<=" => left.order(&right)?.is_le(),
                ">" => left.order(&right)?.is_gt(),
                ">=" => left.order(&right)?.is_ge(),
                "in" => right.holds(&left)?,
                _ => !right.holds(&left)?,
            };
            truth = Some(truth.unwrap_or(true) && holds);
            left = right;
        }
        Ok(truth.map_or(left, Value::Bool))
    }

    fn operator(&mut self) -> Option<&'static str> {
        if let Some(sign) = ["==", "!=", "<=", ">=", "<", ">"].into_iter().find(|sign| self.takes(sign)) {
            return Some(sign);
        }
        if self.takes_word("in") {
            return Some("in");
        }
        let not_in = matches!(self.peek(0), Some(Token::Word(word)) if word == "not")
            && matches!(self.peek(1), Some(Token::Word(word)) if word == "in");
        self.at += if not_in { 2 } else { 0 };
        not_in.then_some("not in")
    }

    fn term(&mut self) -> Found {
        let token = self.peek(0).cloned().ok_or_else(|| self.unexpected())?;
        self.at += 1;
        match token {
            Token::Text(text) => Ok(Value::Text(text)),
            Token::Number(number) => Ok(Value::Number(number)),
            Token::Sign("(") => {
                let (mut values, comma) = self.list(Some(")"))?;
                if values.len() == 1 && !comma { Ok(values.remove(0)) } else { Ok(Value::List(values)) }
            }
            Token::Sign("[") => Ok(Value::List(self.list(Some("]"))?.0)),
            Token::Word(word) if !matches!(word.as_str(), "and" | "or" | "in" | "if" | "else" | "is") => {
                self.name(word)
            }
            Token::Word(_) | Token::Sign(_) => {
                self.at -= 1;
                Err(self.unexpected())
            }
        }
    }

    /// A dotted name with what may follow it.
    fn name(&mut self, first: String) -> Found {
        let mut path = first;
        while let (Some(Token::Sign(".")), Some(Token::Word(word))) = (self.peek(0), self.peek(1)) {
            if matches!(word.as_str(), "startswith" | "endswith") {
                break;
            }
            path = format!("{path}.{word}");
            self.at += 2;
        }
        if let Some(name) = path.strip_prefix("env.") {
            let value = self.variable(name);
            return Ok(value.map_or(Value::None, Value::Text));
        }
        let number = |n: u32| Value::Number(f64::from(n));
        let text = |text: &str| Value::Text(text.to_owned());
        let numbers = || self.facts.python().version;
        let version = || {
            let (major, minor, micro) = numbers();
            vec![number(major), number(minor), number(micro), text("final"), number(0)]
        };
        match path.as_str() {
            "True" => Ok(Value::Bool(true)),
            "False" => Ok(Value::Bool(false)),
            "None" => Ok(Value::None),
            "sys.version_info" => self.part(version()),
            "sys.version_info.major" => Ok(number(numbers().0)),
            "sys.version_info.minor" => Ok(number(numbers().1)),
            "sys.version_info.micro" => Ok(number(numbers().2)),
            "sys.platform" => {
                let platform = self.facts.sys_platform.clone();
                self.searched(platform)
            }
            "platform.system" | "platform.machine" => {
                self.expect("(")?;
                self.expect(")")?;
                let system = path.ends_with("system");
                let value = if system { self.facts.system.clone() } else { self.facts.machine.clone() };
                self.searched(value)
            }
            name => self.known(name).map(Value::Bool).ok_or_else(|| format!("unknown name `{name}`")),
        }
    }

    /// `[0]` or `[:2]` behind a tuple.
    fn part(&mut self, mut values: Vec<Value>) -> Found {
        if !self.takes("[") {
            return Ok(Value::List(values));
        }
        let slice = self.takes(":");
        let index = match self.peek(0) {
            Some(Token::Number(number)) if number.fract() == 0.0 && *number < 6.0 => *number as usize,
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        self.expect("]")?;
        if slice {
            values.truncate(index);
            return Ok(Value::List(values));
        }
        if index < values.len() { Ok(values.swap_remove(index)) } else { Err(format!("no part {index}")) }
    }

    /// `.startswith("x")` or `.endswith("x")` behind a string.
    fn searched(&mut self, text: String) -> Found {
        let (Some(Token::Sign(".")), Some(Token::Word(word))) = (self.peek(0), self.peek(1)) else {
            return Ok(Value::Text(text));
        };
        let starts = word == "startswith";
        self.at += 2;
        self.expect("(")?;
        let Some(Token::Text(part)) = self.peek(0).cloned() else { return Err(self.unexpected()) };
        self.at += 1;
        self.expect(")")?;
        Ok(Value::Bool(if starts { text.starts_with(&part) } else { text.ends_with(&part) }))
    }

    fn variable(&mut self, name: &str) -> Option<String> {
        match self.environment.get(name) {
            Some(value) => value.clone(),
            None => {
                if !self.needs.iter().any(|known| known == name) {
                    self.needs.push(name.to_owned());
                }
                None
            }
        }
    }

    /// zc.buildout's table of names.
    fn known(&self, name: &str) -> Option<bool> {
        let facts = self.facts;
        let platform = facts.sys_platform.as_str();
        Some(match name {
            "cpython" | "pypy" | "jython" | "ironpython" => facts.python().implementation == name,
            "linux" => platform.starts_with("linux"),
            "windows" => platform == "win32",
            "cygwin" => platform == "cygwin",
            "solaris" => platform.starts_with("sunos") || platform.starts_with("solaris"),
            "macosx" => platform == "darwin",
            "posix" => facts.os_name == "posix",
            "bits32" => facts.bits == 32,
            "bits64" => facts.bits == 64,
            "little_endian" => facts.little_endian,
            "big_endian" => !facts.little_endian,
            _ => {
                let digits = name.strip_prefix("python").filter(|digits| digits.len() <= 4)?;
                let major: u32 = digits.get(..1)?.parse().ok().filter(|major| *major >= 2)?;
                if digits.len() == 1 {
                    return (major <= 3).then_some(facts.python().version.0 == major);
                }
                let (our_major, our_minor, _) = facts.python().version;
                (our_major, our_minor) == (major, digits[1..].parse().ok()?)
            }
        })
    }
}
