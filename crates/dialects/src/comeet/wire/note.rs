//! Body of `POST /candidates/{uid}/notes` (R/create-a-candidate-note).

use hiring::problem::Result;
use serde_json::{Map, Value, json};

use super::PARTIES;
use super::rules::{Kind, LINE, Mode, Rule, judge, member, members, required, rule, text, unknown};
use crate::body::Body;
use crate::time;

/// Characters in a note's text and in one of its details.
const TEXT: usize = 20_000;
const AUTHOR: &[Rule] = &[
    required("type", Kind::Choice(PARTIES)),
    required("first_name", Kind::Text(LINE)),
    rule("middle_name", Kind::Text(LINE)),
    rule("last_name", Kind::Text(LINE)),
    rule("email", Kind::Email),
];
const DETAIL: &[Rule] = &[
    required("title", Kind::Text(LINE)),
    rule("text", Kind::Text(TEXT)),
];
/// The page requires a last name in one of its versions; the newest does not.
pub(in crate::comeet) const NOTE: &[Rule] = &[
    required("time_created", Kind::Moment),
    required("created_by", Kind::Object(AUTHOR)),
    required("text", Kind::Text(TEXT)),
    rule("details", Kind::Objects(DETAIL)),
];

/// A note.
#[derive(Debug)]
pub(in crate::comeet) struct NewNote {
    /// When it was written, by its sender's clock, µs.
    pub time_created: i64,
    /// Who wrote it, the documented members alone.
    pub created_by: Map<String, Value>,
    /// HTML of b, i and u.
    pub text: String,
    /// `{title, text}`.
    pub details: Vec<Value>,
    /// Members that the page does not know, as pointers.
    pub unknown: Vec<String>,
}

impl NewNote {
    pub(in crate::comeet) fn parse(body: &Body) -> Result<NewNote> {
        let root = judge(body, NOTE, Mode::Create)?;
        let author = member(&root, "created_by");
        let author = author.iter().flat_map(|author| {
            let said = AUTHOR.iter().map(|rule| rule.name);
            said.map(|name| (name.to_owned(), json!(text(author, name))))
        });
        let details = members(&root, "details");
        let detail = |d| json!({"title": text(d, "title"), "text": text(d, "text")});
        let moment = text(&root, "time_created").and_then(|t| time::parse(&t));
        Ok(NewNote {
            time_created: moment.unwrap_or_default(),
            created_by: author.collect(),
            text: plain_tags(&text(&root, "text").unwrap_or_default()),
            details: details.iter().map(detail).collect(),
            unknown: unknown(&root, NOTE),
        })
    }

    /// The author's address.
    pub(in crate::comeet) fn email(&self) -> Option<&str> {
        self.created_by.get("email")?.as_str()
    }
}

/// "Only `<b>`, `<i>`, `<u>`; due to security restrictions other tags will be removed or displayed as text": we have them
/// displayed as text, so that nothing that was written is lost.
fn plain_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let tag = ["<b>", "</b>", "<i>", "</i>", "<u>", "</u>"]
            .into_iter()
            .find(|tag| {
                rest.get(..tag.len())
                    .is_some_and(|t| t.eq_ignore_ascii_case(tag))
            });
        match tag {
            Some(tag) => {
                out.push_str(tag);
                rest = &rest[tag.len()..];
            }
            None => {
                out.push_str("&lt;");
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_tags_are_tags_and_all_others_text() {
        for (html, shown) in [
            ("Called, <b>no</b> answer", "Called, <b>no</b> answer"),
            ("<B>x</B><i>y</i><u>z</u>", "<b>x</b><i>y</i><u>z</u>"),
            (
                "<script>alert(1)</script>",
                "&lt;script>alert(1)&lt;/script>",
            ),
            ("<b onclick=x>y</b>", "&lt;b onclick=x>y</b>"),
            ("1 < 2 &amp; é<", "1 &lt; 2 &amp; é&lt;"),
            ("<é", "&lt;é"),
            ("", ""),
        ] {
            assert_eq!(plain_tags(html), shown);
        }
    }
}
