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
use minijinja::{
    AutoEscape, Environment, Error, UndefinedBehavior, Value, escape_formatter, machinery,
};

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
    // Rather than the library's, which writes the slashes of links as references: right, but not to every program that
    // looks for links in mails.
    environment.set_formatter(|out, state, value| {
        let escapes = matches!(state.auto_escape(), AutoEscape::Html) && !value.is_safe();
        match (value.as_str(), escapes) {
            (Some(text), true) => out.write_str(&escaped(text))?,
            _ => escape_formatter(out, state, value)?,
        }
        Ok(())
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
        let lines = escaped(paragraph.trim_matches('\n'));
        out.push_str(&lines.replace('\n', "<br>\n"));
        out.push_str("</p>");
    }
    Value::from_safe_string(out)
}

/// For HTML, between tags and in quoted attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#x27;"),
            other => out.push(other),
        }
    }
    out
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

#[cfg(test)]
mod tests {
    use super::*;

    fn source(subject: &str, body: &str, html: Option<&str>) -> Source {
        Source {
            subject: subject.into(),
            body: body.into(),
            html: html.map(str::to_owned),
        }
    }

    fn with(name: &'static str, text: &str) -> Values {
        let mut values = sample(Kind::Invite, "en");
        values.insert(name, text.to_owned());
        values
    }

    fn rendered(body: &str, html: &str, values: &Values, slot: Option<&str>) -> Rendered {
        let source = source("s", body, Some(html));
        assert_eq!(check(Kind::Invite, &source), Vec::new());
        render(&source, values, slot).expect("a mail")
    }

    #[test]
    fn only_the_closed_list_passes() {
        for good in [
            "{{ name }} {{ job | upper }}",
            "{% if message and not (name == \"x\") %}{{ message }}{% elif job %}a{% else %}b{% endif %}",
            "{{ \"yes\" if message else \"no\" }}",
            "{# remark #}{{ name|lower }}",
            "{% raw %}{{ braces }}{% endraw %}",
        ] {
            assert_eq!(
                check(Kind::Invite, &source("s", good, None)),
                Vec::new(),
                "{good}"
            );
        }
        for bad in [
            "{% for x in name %}{{ x }}{% endfor %}",
            "{% set x = name %}{{ name }}",
            "{% set x %}{{ name }}{% endset %}",
            "{% with x = name ~ name %}{{ x }}{% endwith %}",
            "{% filter upper %}x{% endfilter %}",
            "{% autoescape false %}{{ name }}{% endautoescape %}",
            "{% include \"secret\" %}",
            "{% import \"x\" as y %}",
            "{% extends \"x\" %}",
            "{% macro m() %}{% endmacro %}",
            "{% block b %}{% endblock %}",
            "{% do range(9) %}",
            "{{ name ~ name }}",
            "{{ name * 1000000 }}",
            "{{ 2 ** 1000 }}",
            "{{ -1 }}",
            "{{ range(100000) }}",
            "{{ debug() }}",
            "{{ self }}",
            "{{ loop }}",
            "{{ caller }}",
            "{{ env.SECRET }}",
            "{{ name.upper() }}",
            "{{ name[0] }}",
            "{{ name[0:2] }}",
            "{{ name.__class__ }}",
            "{{ name | safe }}",
            "{{ name | replace(\"a\", \"b\") }}",
            "{{ name | upper(1) }}",
            "{{ [name] }}",
            "{{ {\"a\": name} }}",
            "{{ name is defined }}",
            "{{ nmae }}",
            "{{ name",
            "{% if name %}",
            "{% endif %}",
        ] {
            for html in [None, Some(bad)] {
                let text = if html.is_some() { "t" } else { bad };
                let faults = check(Kind::Invite, &source("s", text, html));
                assert!(!faults.is_empty(), "{bad}");
            }
        }
    }

    #[test]
    fn faults_name_their_part_and_line() {
        let faulty = source(
            "{{ a }}",
            "one\ntwo {{ b }}\n{% set c = 1 %}",
            Some("x\n\n{{ d"),
        );
        let places: Vec<_> = check(Kind::Rejection, &faulty)
            .into_iter()
            .map(|fault| (fault.part, fault.line))
            .collect();
        assert_eq!(
            places,
            [("subject", 1), ("body", 2), ("body", 3), ("html", 3)]
        );
        // A rejection has no link.
        assert_eq!(
            check(Kind::Rejection, &source("s", "{{ link }}", None)).len(),
            1
        );
    }

    #[test]
    fn deep_and_long_sources_are_refused_and_do_no_harm() {
        let deep = format!("{{{{ {}name{} }}}}", "(".repeat(10_000), ")".repeat(10_000));
        assert!(!check(Kind::Invite, &source("s", &deep, None)).is_empty());
        let ifs = "{% if name %}".repeat(5_000);
        assert!(!check(Kind::Invite, &source("s", &ifs, None)).is_empty());
        let long = "x".repeat(MOST_BODY + 1);
        assert!(!check(Kind::Invite, &source("s", &long, None)).is_empty());
        // As much as may stand in it, each time a message as long as may be: bounded.
        let much = "{{ message }}".repeat(MOST_BODY / 13);
        let values = with("message", &"x".repeat(10_000));
        assert!(render(&source("s", &much, None), &values, None).is_err());
    }

    #[test]
    fn values_are_data_and_never_a_source() {
        for evil in [
            "{{ link }}",
            "{% for x in range(9) %}x{% endfor %}",
            "{% raw %}",
            "{# #}",
            "}}{{ name }}",
        ] {
            let mail = rendered(
                "<{{ message }}>",
                "<{{ message }}>",
                &with("message", evil),
                None,
            );
            assert_eq!(mail.body, format!("<{evil}>"));
        }
    }

    #[test]
    fn in_html_nobody_writes_markup_but_the_source() {
        let evil = "<script>alert('x')</script>\"&\n\n<b>";
        let values = with("message", evil);
        let html = rendered(
            "t",
            "{{ message }}{{ message | paragraphs }}",
            &values,
            None,
        )
        .html;
        let html = html.unwrap();
        assert!(
            !html.contains("<script") && !html.contains("<b>") && !html.contains('"'),
            "{html}"
        );
        assert!(html.contains("<p>&lt;b&gt;</p>"), "{html}");
        // The text is as it was said.
        assert_eq!(rendered("{{ message }}", "x", &values, None).body, evil);
    }

    #[test]
    fn a_subject_is_one_line_whatever_it_is_made_of() {
        for evil in [
            "a\r\nBcc: x@y",
            "a\nb",
            "a\rb",
            "a\u{85}b",
            "a\u{2028}b",
            "a\u{2029}b",
            "a\0b",
            "a\u{b}b",
        ] {
            let source = source("{{ name }} {{ \"x\\r\\ny\\u0000z\" }}", "t", None);
            assert_eq!(check(Kind::Invite, &source), Vec::new());
            let mail = render(&source, &with("name", evil), None).unwrap();
            assert!(
                !mail.subject.contains(|c: char| c.is_control() || breaks(c)),
                "{evil:?}"
            );
        }
        let nothing = source("{{ message }}", "t", None);
        assert!(render(&nothing, &with("message", " \r\n"), None).is_err());
        let long = render(
            &source("{{ name }}", "t", None),
            &with("name", &"x".repeat(9_000)),
            None,
        );
        assert_eq!(long.unwrap().subject.chars().count(), MOST_SUBJECT);
    }

    #[test]
    fn no_source_and_no_value_makes_a_slot_but_ours() {
        let slot = "\0invite.7.1\0";
        let mut values = with("link", &format!("http://x/apply/{slot}"));
        values.insert("name", "\0invite.8.1\0".into());
        let forged = "{{ \"\\u0000invite.9.1\\u0000\" }} {{ \"\\x00invite.9.1\\x00\" }} {{ name }} {{ link }}";
        let mail = rendered(forged, forged, &values, Some(slot));
        for text in [mail.body, mail.html.unwrap()] {
            assert_eq!(text.matches('\0').count(), 2, "{text:?}");
            assert_eq!(text.matches(slot).count(), 1, "{text:?}");
        }
        // Changed on its way, it is no slot any more.
        let mail = rendered("{{ link | upper }}", "x", &values, Some(slot));
        assert!(!mail.body.contains('\0'));
        assert!(
            !rendered("{{ link }}", "x", &values, None)
                .body
                .contains('\0')
        );
    }
}
