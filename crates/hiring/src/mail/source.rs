//! A mail's source, which people of the organization write, and what is made of it.
//!
//! What a source may say is a closed list (see [`check`]): values, conditions, three filters. There are no loops, no
//! assignments and no arithmetic, so what comes out is bounded by what goes in; and there is nothing to call, so a source
//! reaches what it is given and nothing else. Values are *data*: nobody's message or name is ever read as a source. In
//! HTML they are escaped. Whatever comes out loses its control characters, so that a subject is one line, and U+0000 stands
//! only where our own link does (`invite.rs`): a source can spell out no slot of its own.

use std::collections::BTreeMap;
use std::io;

use minijinja::machinery::ast::{BinOpKind, Expr, Stmt, UnaryOpKind};
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value, machinery};

use super::Kind;

/// Characters of a subject's source and of its outcome.
pub const MOST_SUBJECT: usize = 500;
/// Characters of the text's and the HTML's source.
pub const MOST_BODY: usize = 50_000;
/// Bytes of what may come out of a part.
const MOST_OUT: usize = 512 * 1024;

/// The source of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// The same as HTML; `None`: text only.
    pub html: Option<String>,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// The same as HTML.
    pub html: Option<String>,
}

/// What is wrong with a source, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// `subject`, `body` or `html`.
    pub part: &'static str,
    /// From 1.
    pub line: usize,
    /// One sentence.
    pub why: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, line {}: {}", self.part, self.line, self.why)
    }
}

/// What a source can name.
pub type Values = BTreeMap<&'static str, String>;

const FILTERS: [&str; 3] = ["upper", "lower", "paragraphs"];

/// Everything that is wrong with a source, part by part.
pub fn check(kind: Kind, source: &Source) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (part, text, most) in parts(source) {
        if text.chars().count() > most {
            let why = format!("it must have at most {most} characters");
            faults.push(Fault { part, line: 1, why });
            continue;
        }
        match machinery::parse(text, part, Default::default()) {
            Ok(tree) => {
                let mut judge = Judge {
                    part,
                    names: kind.values(),
                    faults: &mut faults,
                };
                judge.statement(&tree);
            }
            Err(error) => faults.push(fault(part, &error)),
        }
    }
    if source.subject.contains(['\n', '\r']) {
        let why = "a subject is one line".to_owned();
        let part = "subject";
        faults.push(Fault { part, line: 2, why });
    }
    faults.truncate(50);
    faults
}

fn parts(source: &Source) -> Vec<(&'static str, &str, usize)> {
    let mut parts = vec![
        ("subject", source.subject.as_str(), MOST_SUBJECT),
        ("body", source.body.as_str(), MOST_BODY),
    ];
    parts.extend(source.html.as_deref().map(|html| ("html", html, MOST_BODY)));
    parts
}

fn fault(part: &'static str, error: &Error) -> Fault {
    let why = match error.detail() {
        Some(detail) => detail.to_owned(),
        None => error.kind().to_string(),
    };
    Fault {
        part,
        line: error.line().unwrap_or(1),
        why,
    }
}

/// Walks through a source's syntax tree and lets only the closed list pass.
struct Judge<'j> {
    part: &'static str,
    names: &'static [&'static str],
    faults: &'j mut Vec<Fault>,
}

impl Judge<'_> {
    fn refuse(&mut self, line: u16, why: String) {
        let (part, line) = (self.part, usize::from(line.max(1)));
        self.faults.push(Fault { part, line, why });
    }

    fn statements(&mut self, all: &[Stmt<'_>]) {
        all.iter().for_each(|one| self.statement(one));
    }

    fn statement(&mut self, one: &Stmt<'_>) {
        let line = match one {
            Stmt::Template(template) => return self.statements(&template.children),
            Stmt::EmitRaw(_) => return,
            Stmt::EmitExpr(emit) => return self.expression(&emit.expr),
            Stmt::IfCond(cond) => {
                self.expression(&cond.expr);
                self.statements(&cond.true_body);
                return self.statements(&cond.false_body);
            }
            Stmt::ForLoop(s) => s.span().start_line,
            Stmt::WithBlock(s) => s.span().start_line,
            Stmt::Set(s) => s.span().start_line,
            Stmt::SetBlock(s) => s.span().start_line,
            Stmt::AutoEscape(s) => s.span().start_line,
            Stmt::FilterBlock(s) => s.span().start_line,
            _ => 1,
        };
        let why = "of blocks there is only {% if … %}, {% elif … %}, {% else %}, {% endif %}";
        self.refuse(line, why.to_owned());
    }

    fn expression(&mut self, one: &Expr<'_>) {
        let line = one.span().start_line;
        match one {
            Expr::Const(_) => {}
            Expr::Var(var) => {
                if !self.names.contains(&var.id) {
                    let why = format!(
                        "there is no such value; there are: {}",
                        self.names.join(", ")
                    );
                    self.refuse(line, why);
                }
            }
            Expr::UnaryOp(op) if matches!(op.op, UnaryOpKind::Not) => self.expression(&op.expr),
            Expr::BinOp(op) if is_of_logic(op.op) => {
                self.expression(&op.left);
                self.expression(&op.right);
            }
            Expr::Compare(compare) => {
                self.expression(&compare.expr);
                compare.ops.iter().for_each(|op| self.expression(&op.expr));
            }
            Expr::IfExpr(cond) => {
                self.expression(&cond.test_expr);
                self.expression(&cond.true_expr);
                cond.false_expr.iter().for_each(|e| self.expression(e));
            }
            Expr::Filter(filter) => {
                let known = FILTERS.contains(&filter.name) && filter.args.is_empty();
                if !known {
                    let why = format!("of filters there are only: {}", FILTERS.join(", "));
                    self.refuse(line, why);
                }
                filter.expr.iter().for_each(|e| self.expression(e));
            }
            _ => {
                let why = "an expression is a value, a text in quotes, or made of these by and, or, not, ==, !=";
                self.refuse(line, why.to_owned());
            }
        }
    }
}

fn is_of_logic(op: BinOpKind) -> bool {
    use BinOpKind as B;
    matches!(
        op,
        B::ScAnd | B::ScOr | B::Eq | B::Ne | B::Lt | B::Lte | B::Gt | B::Gte | B::In
    )
}

/// Makes a mail of `source`. `slot` is what may hold U+0000 in the outcome: the secret part of a link.
///
/// # Errors
/// The first [`Fault`].
pub fn render(source: &Source, values: &Values, slot: Option<&str>) -> Result<Rendered, Fault> {
    let subject = part("subject", &source.subject, values)?;
    let subject = one_line(&without_slots(&subject));
    if subject.is_empty() {
        let (part, line, why) = ("subject", 1, "nothing comes out of it".to_owned());
        return Err(Fault { part, line, why });
    }
    let html = match &source.html {
        Some(html) => Some(lines(&part("html", html, values)?, slot)),
        None => None,
    };
    Ok(Rendered {
        subject: subject.chars().take(MOST_SUBJECT).collect(),
        body: lines(&part("body", &source.body, values)?, slot),
        html,
    })
}

fn part(name: &'static str, source: &str, values: &Values) -> Result<String, Fault> {
    let environment = environment();
    let failed = |error: Error| fault(name, &error);
    let template = environment.template_from_named_str(name, source);
    let mut out = Bounded(Vec::new());
    template
        .map_err(failed)?
        .render_captured_to(
            Value::from_pairs(values.iter().map(|(name, text)| (*name, text.clone()))),
            &mut out,
        )
        .map_err(failed)?;
    String::from_utf8(out.0).map_err(|_| Fault {
        part: name,
        line: 1,
        why: "what comes out of it is no text".to_owned(),
    })
}

/// Nothing in it but what is put here: no loader, no globals, no built-in filters, tests or functions.
fn environment<'s>() -> Environment<'s> {
    let mut environment = Environment::empty();
    environment.set_auto_escape_callback(|name| match name {
        "html" => AutoEscape::Html,
        _ => AutoEscape::None,
    });
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(50_000));
    environment.add_filter("upper", |text: String| text.to_uppercase());
    environment.add_filter("lower", |text: String| text.to_lowercase());
    environment.add_filter("paragraphs", paragraphs);
    environment
}

/// A text's paragraphs and lines as HTML, everything else in it escaped.
fn paragraphs(text: String) -> Value {
    let mut out = String::with_capacity(text.len() + 16);
    for paragraph in text.split("\n\n").filter(|p| !p.trim().is_empty()) {
        out.push_str("<p>");
        for c in paragraph.trim_matches('\n').chars() {
            match c {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&quot;"),
                '\'' => out.push_str("&#x27;"),
                '\n' => out.push_str("<br>\n"),
                other => out.push(other),
            }
        }
        out.push_str("</p>");
    }
    Value::from_safe_string(out)
}

/// Takes so many bytes and no more.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MOST_OUT {
            return Err(io::Error::other("too much comes out of it"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn without_slots(text: &str) -> String {
    text.replace('\0', " ")
}

/// A header is one line: whatever breaks lines, or does not show, is a blank in it.
pub fn one_line(text: &str) -> String {
    let blank = |c: char| if breaks(c) || c.is_control() { ' ' } else { c };
    let text: String = text.chars().map(blank).collect();
    text.trim().to_owned()
}

fn breaks(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// A text of several lines, each ended by `\n`; no other control character but the tabulator, and U+0000 only where `slot`
/// stands.
pub fn lines(text: &str, slot: Option<&str>) -> String {
    match slot.filter(|slot| !slot.is_empty()) {
        Some(slot) => {
            let pieces: Vec<String> = text.split(slot).map(clean).collect();
            pieces.join(slot)
        }
        None => clean(text),
    }
}

fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{85}'], "\n");
    text.chars()
        .map(|c| if breaks(c) { '\n' } else { c })
        .filter(|c| matches!(c, '\n' | '\t') || !c.is_control())
        .collect()
}

/// Values to preview a source with; nobody's.
pub fn sample(kind: Kind, language: &str) -> Values {
    let at = 1_893_488_400_000_000;
    let all = [
        ("name", "Ada Lovelace".to_owned()),
        ("first_name", "Ada".to_owned()),
        ("organization", "Analytical Engines".to_owned()),
        ("job", "Engine Programmer".to_owned()),
        (
            "message",
            "We liked your notes on the engine.\n\nPlease write to us.".to_owned(),
        ),
        ("link", "https://ats.example/apply/SAMPLE".to_owned()),
        ("valid_until", super::words::moment(at, language)),
    ];
    let known = kind.values();
    all.into_iter()
        .filter(|(name, _)| known.contains(name))
        .collect()
}
