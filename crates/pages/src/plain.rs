//! A job's description, which is text or HTML of somebody else's making, as paragraphs of plain text. Nothing of its markup
//! reaches a page.

/// Paragraphs of plain text.
pub(crate) fn paragraphs(description: &str) -> Vec<String> {
    let text = without_tags(description);
    let lines = text
        .lines()
        .map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|l| !l.is_empty()).collect()
}

/// Elements that end a line.
const BLOCKS: [&str; 16] = [
    "p", "br", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6",
    "section", "hr",
];
/// Elements whose content is no text.
const SILENT: [&str; 3] = ["script", "style", "template"];

fn without_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(&entities(before));
        // "a < b" is text.
        let begins =
            tag[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        let Some(end) = tag.find('>').filter(|_| begins) else {
            out.push('<');
            rest = &tag[1..];
            continue;
        };
        let inner = tag[1..end].trim_start_matches('/');
        let name: String = inner
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let name = name.to_ascii_lowercase();
        rest = &tag[end + 1..];
        if SILENT.contains(&name.as_str()) && !tag.starts_with("</") {
            let close = format!("</{name}");
            let found = rest.to_ascii_lowercase().find(&close);
            rest = found.map_or("", |at| &rest[at..]);
        }
        if name == "li" && !tag.starts_with("</") {
            out.push_str("\n• ");
        } else if BLOCKS.contains(&name.as_str()) {
            out.push('\n');
        }
    }
    out.push_str(&entities(rest));
    out
}

/// The few entities that people's editors write.
fn entities(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let pairs = [
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&ndash;", "–"),
        ("&mdash;", "—"),
        ("&auml;", "ä"),
        ("&ouml;", "ö"),
        ("&uuml;", "ü"),
        ("&szlig;", "ß"),
        ("&Auml;", "Ä"),
        ("&Ouml;", "Ö"),
        ("&Uuml;", "Ü"),
        ("&eacute;", "é"),
        ("&amp;", "&"),
    ];
    pairs.iter().fold(text.to_owned(), |text, (name, sign)| {
        text.replace(name, sign)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_paragraphs_and_nothing_runs() {
        let html = "<p>One &amp; <b>two</b></p><ul><li>a<li>b</ul><script>alert(1)</script><img src=x onerror=y>c";
        assert_eq!(paragraphs(html), ["One & two", "• a", "• b", "c"]);
        assert_eq!(paragraphs("a < b\n\nc"), ["a < b", "c"]);
        assert_eq!(paragraphs("<script>no end"), Vec::<String>::new());
        assert_eq!(paragraphs("İ<STYLE>x</STYLE>ß"), ["İß"]);
    }
}
