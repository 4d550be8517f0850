//! The built-in words of mails, for organizations that have none of their own: `words/<kind>.<language>.txt`, the subject
//! in the first line. Their HTML is made of the text, so that the two cannot differ.

use jiff::Timestamp;

use super::{Kind, Source};

/// The languages that are built in; the first is what there is when nothing else fits.
pub const LANGUAGES: [&str; 4] = ["en", "de", "es", "fr"];

macro_rules! words {
    ($($kind:ident: $name:literal),*) => {
        fn text(kind: Kind, language: &str) -> Option<&'static str> {
            match (kind, language) {
                $(
                    (Kind::$kind, "en") => Some(include_str!(concat!("words/", $name, ".en.txt"))),
                    (Kind::$kind, "de") => Some(include_str!(concat!("words/", $name, ".de.txt"))),
                    (Kind::$kind, "es") => Some(include_str!(concat!("words/", $name, ".es.txt"))),
                    (Kind::$kind, "fr") => Some(include_str!(concat!("words/", $name, ".fr.txt"))),
                )*
                _ => None,
            }
        }
    };
}

words!(
    Invite: "invite",
    Rejection: "rejection",
    ApplicationReceived: "application_received",
    ConfirmAddress: "confirm_address",
    MemberInvite: "member_invite",
    NewPassword: "new_password",
    Mention: "mention"
);

/// The built-in words, if there are any in this language.
pub fn built_in(kind: Kind, language: &str) -> Option<Source> {
    let (subject, body) = text(kind, language)?.split_once("\n\n")?;
    Some(Source {
        subject: subject.to_owned(),
        html: Some(html(body, language)),
        body: body.to_owned(),
    })
}

/// How the paragraph of the caller's own message stands in the built-in texts.
const MESSAGE: &str = "{% if message %}{{ message }}\n\n{% endif %}";

fn html(body: &str, language: &str) -> String {
    let body = body.replace(MESSAGE, "@message\n\n");
    let paragraphs = body.trim().split("\n\n").map(|paragraph| match paragraph {
        "@message" => "{% if message %}{{ message | paragraphs }}{% endif %}".to_owned(),
        text => {
            let text = text.replace("{{ link }}", "<a href=\"{{ link }}\">{{ link }}</a>");
            format!("<p>{}</p>", text.replace('\n', "<br>\n"))
        }
    });
    let paragraphs: Vec<String> = paragraphs.collect();
    format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head><meta charset=\"utf-8\"><title>{{{{ organization }}}}</title></head>\n\
         <body style=\"font-family: sans-serif; line-height: 1.5; max-width: 36em\">\n{}\n</body>\n</html>\n",
        paragraphs.join("\n")
    )
}

const MONTHS: [(&str, [&str; 12]); 3] = [
    (
        "de",
        [
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ],
    ),
    (
        "es",
        [
            "enero",
            "febrero",
            "marzo",
            "abril",
            "mayo",
            "junio",
            "julio",
            "agosto",
            "septiembre",
            "octubre",
            "noviembre",
            "diciembre",
        ],
    ),
    (
        "fr",
        [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ],
    ),
];

/// A moment (µs) as people of this language write it, in UTC; in another than the built-in ones, as in English.
pub(super) fn moment(micros: i64, language: &str) -> String {
    let time = Timestamp::from_microsecond(micros).unwrap_or_default();
    let base = language.split('-').next().unwrap_or("");
    let Some((_, months)) = MONTHS.iter().find(|(known, _)| *known == base) else {
        return time.strftime("%-d %B %Y, %H:%M UTC").to_string();
    };
    let time = time.to_zoned(jiff::tz::TimeZone::UTC);
    let month = months[(time.month() as usize - 1).min(11)];
    let (day, year) = (time.day(), time.year());
    let date = match base {
        "de" => format!("{day}. {month} {year}"),
        "es" => format!("{day} de {month} de {year}"),
        _ => format!("{day} {month} {year}"),
    };
    format!("{date}, {:02}:{:02} UTC", time.hour(), time.minute())
}

#[cfg(test)]
mod tests {
    use super::super::source::{self, sample};
    use super::*;

    #[test]
    fn every_kind_has_words_in_every_language_that_render() {
        for kind in Kind::ALL {
            for language in LANGUAGES {
                let source = built_in(kind, language).expect("words");
                assert_eq!(
                    source::check(kind, &source),
                    Vec::new(),
                    "{kind:?} {language}"
                );
                let rendered = source::render(&source, &sample(kind, language), None);
                let rendered = rendered.unwrap_or_else(|e| panic!("{kind:?} {language}: {e:?}"));
                assert!(rendered.body.contains("Analytical Engines"));
                let html = rendered.html.expect("HTML");
                assert!(!html.contains("@message") && !html.contains("{{"), "{html}");
                assert_eq!(html.matches("<p>").count(), html.matches("</p>").count());
            }
        }
    }

    #[test]
    fn moments_are_written_as_people_write_them() {
        let at = 1_773_480_413_000_000;
        for (language, text) in [
            ("en", "14 March 2026, 09:26 UTC"),
            ("de-at", "14. März 2026, 09:26 UTC"),
            ("es", "14 de marzo de 2026, 09:26 UTC"),
            ("fr", "14 mars 2026, 09:26 UTC"),
            ("nl", "14 March 2026, 09:26 UTC"),
        ] {
            assert_eq!(moment(at, language), text);
        }
    }
}
