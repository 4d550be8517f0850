//! A guide: Markdown in, HTML out. Raw HTML in it is shown as text, and links lead to the web, to mail or to our own
//! pages only, so that a guide cannot bring along what our pages do not allow.

use pulldown_cmark::{Alignment, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// A guide, ready to be shown.
#[derive(Debug, Clone)]
pub(crate) struct Guide {
    /// Last part of its address.
    pub name: String,
    /// Its first heading, or its name.
    pub title: String,
    /// Its first sentence as plain text.
    pub summary: String,
    /// Everything below the first heading.
    pub html: String,
    /// Its sections: anchor and words.
    pub sections: Vec<(String, String)>,
}

impl Guide {
    /// Reads Markdown.
    pub fn read(name: &str, markdown: &str) -> Guide {
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
        let events: Vec<_> = Parser::new_ext(markdown, options).collect();
        let (title, rest) = split_title(events);
        let title = if title.is_empty() {
            name.to_owned()
        } else {
            title
        };
        let summary = first_sentence(&rest);
        let (events, sections) = safe(rest);
        let mut text = String::new();
        html::push_html(&mut text, events.into_iter());
        Guide {
            name: name.to_owned(),
            title,
            summary,
            html: text,
            sections,
        }
    }
}

/// A few paragraphs of Markdown as HTML.
pub(crate) fn fragment(markdown: &str) -> String {
    let (events, _) = safe(Parser::new(markdown).collect());
    let mut text = String::new();
    html::push_html(&mut text, events.into_iter());
    text
}

/// A sentence of Markdown as HTML, to stand within a line.
pub(crate) fn line(markdown: &str) -> String {
    let text = fragment(markdown);
    let inner = text
        .trim()
        .strip_prefix("<p>")
        .and_then(|t| t.strip_suffix("</p>"));
    match inner.filter(|inner| !inner.contains("<p>")) {
        Some(inner) => inner.to_owned(),
        None => text,
    }
}

/// The words of a leading `# heading`, which becomes the page's own, and everything else.
fn split_title(events: Vec<Event<'_>>) -> (String, Vec<Event<'_>>) {
    let leads = matches!(
        events.first(),
        Some(Event::Start(Tag::Heading {
            level: HeadingLevel::H1,
            ..
        }))
    );
    if !leads {
        return (String::new(), events);
    }
    let end = events
        .iter()
        .position(|e| matches!(e, Event::End(TagEnd::Heading(_))))
        .unwrap_or(0);
    (words(&events[..end]), events[end + 1..].to_vec())
}

fn first_sentence(events: &[Event<'_>]) -> String {
    let start = events
        .iter()
        .position(|e| matches!(e, Event::Start(Tag::Paragraph)));
    let Some(start) = start else {
        return String::new();
    };
    let inside = events[start..].iter();
    let length = inside
        .take_while(|e| !matches!(e, Event::End(TagEnd::Paragraph)))
        .count();
    let words = words(&events[start..start + length]);
    match words.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None => words,
    }
}

/// The plain text within events.
fn words(events: &[Event<'_>]) -> String {
    let mut out = String::new();
    for event in events {
        match event {
            Event::Text(t) | Event::Code(t) => out.push_str(t),
            Event::SoftBreak | Event::HardBreak => out.push(' '),
            _ => {}
        }
    }
    out
}

/// The events with nothing in them that we do not allow, headings one level down and with anchors, and what is wide
/// in a box that scrolls (also by keyboard); and the sections for the table of contents.
fn safe(events: Vec<Event<'_>>) -> (Vec<Event<'_>>, Vec<(String, String)>) {
    let mut out = Vec::with_capacity(events.len());
    let mut sections: Vec<(String, String)> = Vec::new();
    let (mut tables, mut in_head) = (0, false);
    for at in 0..events.len() {
        match &events[at] {
            Event::Html(text) | Event::InlineHtml(text) => out.push(Event::Text(text.clone())),
            Event::Start(Tag::HtmlBlock) => out.push(Event::Start(Tag::Paragraph)),
            Event::End(TagEnd::HtmlBlock) => out.push(Event::End(TagEnd::Paragraph)),
            // The words that stand for a picture stay.
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {}
            Event::Start(Tag::Heading { level, .. }) => {
                let level = lower(*level);
                let end = events[at..].iter();
                let length = end
                    .take_while(|e| !matches!(e, Event::End(TagEnd::Heading(_))))
                    .count();
                let text = words(&events[at..at + length]);
                let id = anchor(&text, &sections);
                if level == HeadingLevel::H2 {
                    sections.push((id.clone(), text));
                }
                out.push(Event::Start(Tag::Heading {
                    level,
                    id: Some(CowStr::from(id)),
                    classes: Vec::new(),
                    attrs: Vec::new(),
                }));
            }
            Event::End(TagEnd::Heading(level)) => {
                out.push(Event::End(TagEnd::Heading(lower(*level))));
            }
            Event::Start(Tag::Link { dest_url, .. }) if !leads_well(dest_url) => {
                out.push(Event::Html("<span>".into()));
            }
            Event::End(TagEnd::Link) if unlinked(&events[..at]) => {
                out.push(Event::Html("</span>".into()));
            }
            Event::Start(Tag::Table(columns)) => {
                tables += 1;
                out.push(Event::Html(wide(tables).into()));
                // An aligned column would be written as a style attribute, which our pages forbid.
                let plain = vec![Alignment::None; columns.len()];
                out.push(Event::Start(Tag::Table(plain)));
            }
            Event::End(TagEnd::Table) => {
                out.push(events[at].clone());
                out.push(Event::Html("</div>".into()));
            }
            Event::Start(Tag::TableHead) => {
                in_head = true;
                out.push(events[at].clone());
            }
            Event::End(TagEnd::TableHead) => {
                in_head = false;
                out.push(events[at].clone());
            }
            // A column without a heading has none: an empty `th` would be announced as one.
            Event::Start(Tag::TableCell) if in_head && ends_cell(events.get(at + 1)) => {
                out.push(Event::Html("<td></td>".into()));
            }
            Event::End(TagEnd::TableCell)
                if in_head && at > 0 && events[at - 1] == Event::Start(Tag::TableCell) => {}
            Event::Start(Tag::CodeBlock(_)) => {
                out.push(Event::Html(CODE.into()));
            }
            Event::End(TagEnd::CodeBlock) => out.push(Event::Html("</code></pre>\n".into())),
            other => out.push(other.clone()),
        }
    }
    (out, sections)
}

/// Each has a name of its own, for those who go from one to the next.
fn wide(table: usize) -> String {
    format!("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Table {table}\">")
}

fn ends_cell(event: Option<&Event>) -> bool {
    event == Some(&Event::End(TagEnd::TableCell))
}

const CODE: &str = "<pre tabindex=\"0\"><code>";

/// The page's own heading is the only one of the first level.
fn lower(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        other => other,
    }
}

fn anchor(text: &str, taken: &[(String, String)]) -> String {
    let kept = text.to_lowercase();
    let words = kept
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty());
    let base = words.collect::<Vec<_>>().join("-");
    let base = if base.is_empty() {
        "section".to_owned()
    } else {
        base
    };
    let mut id = base.clone();
    let mut n = 2;
    while taken.iter().any(|(other, _)| *other == id) {
        id = format!("{base}-{n}");
        n += 1;
    }
    id
}

/// Whether the link that ends here was let through when it began.
fn unlinked(before: &[Event<'_>]) -> bool {
    let opened = before.iter().rev().find_map(|e| match e {
        Event::Start(Tag::Link { dest_url, .. }) => Some(leads_well(dest_url)),
        _ => None,
    });
    opened == Some(false)
}

/// To the web, to mail, within this page, or to a page of ours; a path relative to the source file leads nowhere.
fn leads_well(address: &str) -> bool {
    let here = address.starts_with('#') || address.starts_with('/') && !address.starts_with("//");
    let scheme = ["https://", "http://", "mailto:"];
    here || scheme.iter().any(|s| address.starts_with(s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guide_has_a_title_a_summary_and_sections() {
        let guide = Guide::read(
            "x",
            "# The `x` API\n\nFirst\n*words*. More.\n\n## Keys\n\n# Keys\n\n### More",
        );
        assert_eq!(guide.title, "The x API");
        assert_eq!(guide.summary, "First words.");
        let anchors: Vec<_> = guide.sections.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(anchors, ["keys", "keys-2"]);
        assert!(!guide.html.contains("<h1"));
        assert_eq!(Guide::read("x", "no heading").title, "x");
    }

    #[test]
    fn nothing_gets_out_of_a_guide() {
        let text = "<script>alert(1)</script>\n\na <b onclick=x>b</b> [c](javascript:alert) [d](//evil) \
                    [e](golden/) ![f](https://x/y.png) <https://ok.example>\n\n```html\n<i>\n```\n";
        let html = Guide::read("x", text).html;
        for bad in [
            "<script",
            "<b ",
            "javascript:",
            "//evil",
            "golden/",
            "<img",
            "<i>",
        ] {
            assert!(!html.contains(bad), "{bad} in {html}");
        }
        assert!(html.contains("<a href=\"https://ok.example\""), "{html}");
        assert!(html.contains("&lt;script&gt;"), "{html}");
        assert!(html.contains("<span>c</span>"), "{html}");
    }

    #[test]
    fn wide_things_scroll_by_keyboard() {
        let html = Guide::read("x", "| a | b |\n|---|--:|\n| 1 | 2 |\n\n    code <\n").html;
        assert!(
            html.contains("<div class=\"wide\" tabindex=\"0\""),
            "{html}"
        );
        assert!(!html.contains("style="), "{html}");
        assert!(
            html.contains("<pre tabindex=\"0\"><code>code &lt;"),
            "{html}"
        );
    }
}
