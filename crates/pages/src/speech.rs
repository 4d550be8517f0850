//! What applicants read, in their language. The messages are Fluent files in `../locales`, inside the binary; every language
//! has every message (the test at the foot compares them).

use std::sync::LazyLock;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use fluent::concurrent::FluentBundle;
use fluent::{FluentArgs, FluentResource, FluentValue};

const COOKIE: &str = "muster_language";

/// A language that the pages speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Speech(usize);

/// Tag and messages of each language; the first is spoken to those of whom none is known.
const LANGUAGES: [(&str, &str); 4] = [
    ("en", include_str!("../locales/en.ftl")),
    ("de", include_str!("../locales/de.ftl")),
    ("es", include_str!("../locales/es.ftl")),
    ("fr", include_str!("../locales/fr.ftl")),
];

static BUNDLES: LazyLock<Vec<FluentBundle<FluentResource>>> = LazyLock::new(|| {
    LANGUAGES
        .iter()
        .map(|(tag, text)| bundle(tag, text))
        .collect()
});

fn bundle(tag: &str, text: &str) -> FluentBundle<FluentResource> {
    // What does not parse is left out; the test sees it.
    let resource =
        FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
    let mut bundle = FluentBundle::new_concurrent(vec![tag.parse().unwrap_or_default()]);
    // Marks around each value would stand in mails and in attributes.
    bundle.set_use_isolating(false);
    let _ = bundle.add_resource(resource);
    bundle
}

impl Speech {
    /// English.
    pub const ENGLISH: Speech = Speech(0);

    /// Every language.
    pub fn all() -> impl Iterator<Item = Speech> {
        (0..LANGUAGES.len()).map(Speech)
    }

    /// The language of this tag, its region left aside.
    pub fn of_tag(tag: &str) -> Option<Speech> {
        let primary = tag.split(['-', '_']).next()?.trim().to_ascii_lowercase();
        Speech::all().find(|s| s.tag() == primary)
    }

    /// `en`, `de`…
    pub fn tag(self) -> &'static str {
        LANGUAGES[self.0].0
    }

    /// As the language calls itself.
    pub fn name(self) -> String {
        self.say("language-name")
    }

    /// A message without values.
    pub fn say(self, id: &str) -> String {
        self.with(id, &[])
    }

    /// A message with texts in it.
    pub fn with(self, id: &str, values: &[(&str, &str)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set(*name, FluentValue::from(*value));
        }
        self.format(id, &args)
    }

    /// A message with one text in it, for templates.
    pub fn one(self, id: &str, name: &str, value: &str) -> String {
        self.with(id, &[(name, value)])
    }

    /// A message about a job.
    pub fn job(self, id: &str, organization: &str, job: &str) -> String {
        self.with(id, &[("organization", organization), ("job", job)])
    }

    /// A message that depends on how many there are.
    pub fn count(self, id: &str, n: i64) -> String {
        let mut args = FluentArgs::new();
        args.set("n", n);
        self.format(id, &args)
    }

    fn format(self, id: &str, args: &FluentArgs<'_>) -> String {
        let bundle = &BUNDLES[self.0];
        let Some(pattern) = bundle.get_message(id).and_then(|m| m.value()) else {
            debug_assert!(false, "no message {id} in {}", self.tag());
            return id.to_owned();
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(args), &mut errors);
        debug_assert!(errors.is_empty(), "{id}: {errors:?}");
        text.into_owned()
    }

    /// A moment, µs since 1970 UTC, as the language writes it.
    pub fn moment(self, micros: i64) -> String {
        let time = jiff::Timestamp::from_microsecond(micros).unwrap_or_default();
        let month = self.say(&format!("month-{}", time.strftime("%-m")));
        let (day, year) = (time.strftime("%-d"), time.strftime("%Y"));
        let values = [
            ("day", day.to_string()),
            ("month", month),
            ("year", year.to_string()),
            ("time", time.strftime("%H:%M").to_string()),
        ];
        let values = values.each_ref().map(|(name, text)| (*name, text.as_str()));
        self.with("moment", &values)
    }

    /// A length of time, µs, in its largest unit.
    pub fn roughly(self, micros: i64) -> String {
        const UNITS: [(i64, &str); 3] = [(86_400, "days"), (3_600, "hours"), (60, "minutes")];
        let found = UNITS
            .iter()
            .find(|(seconds, _)| micros >= seconds * 1_000_000);
        match found {
            Some((seconds, unit)) => self.count(unit, micros / (seconds * 1_000_000)),
            None => self.say("moments"),
        }
    }

    /// A number of bytes.
    pub fn size(self, bytes: u64) -> String {
        match bytes {
            0..1_024 => self.count("bytes", bytes as i64),
            1_024..1_048_576 => self.count("kilobytes", bytes.div_ceil(1_024) as i64),
            _ => self.count("megabytes", bytes.div_ceil(1_048_576) as i64),
        }
    }
}

/// The language that is asked for: by the address, else by the cookie of an earlier choice, else by the browser, else
/// `otherwise`.
pub(crate) fn choose(query: &str, headers: &HeaderMap, otherwise: Option<&str>) -> Speech {
    asked(query)
        .or_else(|| cookie(headers, COOKIE).and_then(|tag| Speech::of_tag(&tag)))
        .or_else(|| accepted(headers))
        .or_else(|| otherwise.and_then(Speech::of_tag))
        .unwrap_or(Speech::ENGLISH)
}

/// The language that the address asks for.
pub(crate) fn asked(query: &str) -> Option<Speech> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let (_, tag) = pairs.iter().find(|(name, _)| name == "lang")?;
    Speech::of_tag(tag)
}

/// `Accept-Language` (RFC 9110, 12.5.4): of those we speak the one of the highest weight, of equals the first.
fn accepted(headers: &HeaderMap) -> Option<Speech> {
    let text = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut best: Option<(f32, Speech)> = None;
    for range in text.split(',').take(50) {
        let mut parts = range.split(';');
        let Some(speech) = parts.next().and_then(Speech::of_tag) else {
            continue;
        };
        let weight = parts.find_map(|p| p.trim().strip_prefix("q=")?.trim().parse::<f32>().ok());
        let weight = weight.unwrap_or(1.0);
        if weight > 0.0 && best.is_none_or(|(had, _)| weight > had) {
            best = Some((weight, speech));
        }
    }
    best.map(|(_, speech)| speech)
}

/// The cookie `name` as the browser sends it.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter();
    let mut pairs = all
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(found, value)| *found == name && !value.is_empty())?;
    Some(value.to_owned())
}

/// Remembers a choice on this device.
pub(crate) fn remember(response: &mut Response, speech: Speech, secure: bool) {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!(
        "{COOKIE}={}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}",
        speech.tag()
    );
    if let Ok(value) = HeaderValue::try_from(text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Each message of a file with the names of the values in it.
    fn messages(text: &str) -> BTreeMap<String, Vec<String>> {
        let mut all = BTreeMap::new();
        let mut current = String::new();
        for line in text.lines() {
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            if !line.starts_with([' ', '}'])
                && let Some((id, _)) = line.split_once(" =")
            {
                current = id.to_owned();
                let twice = all.insert(current.clone(), Vec::new());
                assert!(twice.is_none(), "{id} stands twice");
            }
            let names: &mut Vec<String> = all.get_mut(&current).expect("a message");
            for part in line.split('$').skip(1) {
                let end = part
                    .find(|c: char| !c.is_ascii_alphanumeric())
                    .unwrap_or(part.len());
                names.push(part[..end].to_owned());
            }
            names.sort();
            names.dedup();
        }
        all
    }

    #[test]
    fn every_language_has_every_message_with_the_same_values() {
        let english = messages(LANGUAGES[0].1);
        assert!(english.len() > 100);
        for (tag, text) in LANGUAGES {
            FluentResource::try_new(text.to_owned())
                .unwrap_or_else(|(_, why)| panic!("{tag}: {why:?}"));
            let own = messages(text);
            for (id, values) in &english {
                assert_eq!(own.get(id), Some(values), "{id} in {tag}");
            }
            for id in own.keys() {
                assert!(english.contains_key(id), "{id} is in {tag} alone");
            }
        }
    }

    #[test]
    fn every_message_that_a_page_says_is_there_and_every_one_is_said() {
        let english = messages(LANGUAGES[0].1);
        let mut said = String::new();
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/");
        for folder in ["src", "src/apply", "templates"] {
            for file in std::fs::read_dir(format!("{root}{folder}")).unwrap() {
                let path = file.unwrap().path();
                if path.is_file() {
                    said.push_str(&std::fs::read_to_string(path).unwrap());
                }
            }
        }
        for id in english.keys() {
            let built = id.starts_with("month-") || id.starts_with("fault-");
            assert!(
                built || said.contains(&format!("\"{id}\"")),
                "nobody says {id}"
            );
        }
        for call in [
            "t.say(\"",
            "t.job(\"",
            "t.with(\"",
            "t.one(\"",
            "t.count(\"",
        ] {
            for part in said.split(call).skip(1) {
                let id = part.split('"').next().unwrap();
                assert!(english.contains_key(id), "{id} is said and is nowhere");
            }
        }
    }

    #[test]
    fn the_language_is_the_one_that_is_asked_for() {
        let with = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            headers
        };
        let tag = |query: &str, headers: &HeaderMap| choose(query, headers, Some("es")).tag();
        let german = with(&[("accept-language", "pt, fr;q=0.5, de-AT;q=0.9, en;q=0.1")]);
        assert_eq!(tag("", &german), "de");
        assert_eq!(tag("lang=fr", &german), "fr");
        assert_eq!(tag("lang=xx", &german), "de");
        let chosen = with(&[
            ("accept-language", "de"),
            ("cookie", "a=b; muster_language=fr"),
        ]);
        assert_eq!(tag("", &chosen), "fr");
        assert_eq!(
            tag("", &with(&[("accept-language", "ja, *;q=0.5, de;q=0")])),
            "es"
        );
        assert_eq!(choose("", &HeaderMap::new(), None).tag(), "en");
    }

    #[test]
    fn times_and_sizes_read_as_in_the_language() {
        let german = Speech::of_tag("de").unwrap();
        assert_eq!(
            german.moment(1_773_480_413_000_000),
            "14. März 2026, 09:26 UTC"
        );
        assert_eq!(
            Speech::ENGLISH.moment(1_773_480_413_000_000),
            "14 March 2026, 09:26 UTC"
        );
        assert_eq!(german.roughly(86_400_000_000), "1 Tag");
        assert_eq!(Speech::ENGLISH.roughly(13 * 86_400_000_000 + 5), "13 days");
        assert_eq!(Speech::ENGLISH.roughly(5), "less than a minute");
        assert_eq!(Speech::ENGLISH.size(25 << 20), "25 MB");
    }
}
