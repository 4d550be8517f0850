//! Reading a record as other systems want it: names in parts, contact points with their kind, links by site, a place in parts.
//! Pure; the record's own shapes stand in `hiring/src/record.rs`.

use hiring::record::Record;
use hiring::text;
use serde_json::Value;

use crate::parcel::Parcel;

/// A name in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// As it is said.
    pub whole: String,
    /// Never empty.
    pub first: String,
    /// Often empty.
    pub middle: String,
    /// Empty for those who have one name.
    pub last: String,
}

impl Name {
    /// First and middle ones, for systems that have no place for the latter.
    pub fn given(&self) -> String {
        if self.middle.is_empty() {
            self.first.clone()
        } else {
            format!("{} {}", self.first, self.middle)
        }
    }

    /// The last one, or `-` for systems that insist on one.
    pub fn last_or_dash(&self) -> &str {
        if self.last.is_empty() {
            "-"
        } else {
            &self.last
        }
    }
}

/// The person's name; `None` when nothing of it is known.
pub fn name(record: &Record) -> Option<Name> {
    let text = |field| record.text(field).unwrap_or("").trim().to_owned();
    let (whole, mut first, middle, mut last) = (
        text("full_name"),
        text("first_name"),
        text("middle_name"),
        text("last_name"),
    );
    if first.is_empty() {
        first = std::mem::take(&mut last);
    }
    if first.is_empty() {
        first.clone_from(&whole);
    }
    if first.is_empty() {
        return None;
    }
    let whole = if whole.is_empty() {
        let parts = [&first, &middle, &last];
        let said = parts.iter().filter(|p| !p.is_empty());
        said.map(|p| p.as_str()).collect::<Vec<_>>().join(" ")
    } else {
        whole
    };
    Some(Name {
        whole,
        first,
        middle,
        last,
    })
}

/// A contact point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact<'a> {
    /// As it was said, trimmed.
    pub value: &'a str,
    /// Lower case; `""`: not said.
    pub kind: String,
    /// Whether nobody has proven it (addresses that came by a public page).
    pub unverified: bool,
}

impl Contact<'_> {
    /// The vendor's word for its kind: of `words`, pairs of ours in lower case and theirs; the last pair for all others.
    pub fn kind_in(&self, words: &[(&str, &'static str)]) -> &'static str {
        let same = words.iter().find(|(ours, _)| *ours == self.kind);
        same.or(words.last()).map_or("", |(_, theirs)| theirs)
    }
}

/// The contact points of a list of the record (`emails`, `phones`, `urls`), each value once.
pub fn contacts<'a>(record: &'a Record, field: &str) -> Vec<Contact<'a>> {
    let mut all: Vec<Contact> = Vec::new();
    for item in record.list(field) {
        let value = item["value"].as_str().unwrap_or("").trim();
        if value.is_empty() || all.iter().any(|c| c.value == value) {
            continue;
        }
        all.push(Contact {
            value,
            kind: item["type"].as_str().unwrap_or("").trim().to_lowercase(),
            unverified: item["unverified"] == Value::Bool(true),
        });
    }
    all
}

/// Addresses that are ones.
pub fn emails(record: &Record) -> Vec<Contact<'_>> {
    let mut all = contacts(record, "emails");
    all.retain(|c| text::email_key(c.value).is_some());
    all
}

/// The phone numbers.
pub fn phones(record: &Record) -> Vec<Contact<'_>> {
    contacts(record, "phones")
}

/// Whether two texts are the same mailbox, by the house's key.
pub fn same_mailbox(a: &str, b: &str) -> bool {
    text::email_key(a).is_some_and(|key| Some(key) == text::email_key(b))
}

/// The sites that other systems have places of their own for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Site {
    LinkedIn,
    GitHub,
    Twitter,
    Facebook,
    Instagram,
    Xing,
    StackOverflow,
    Skype,
    Other,
}

const SITES: &[(&str, Site)] = &[
    ("linkedin.com", Site::LinkedIn),
    ("github.com", Site::GitHub),
    ("twitter.com", Site::Twitter),
    ("x.com", Site::Twitter),
    ("facebook.com", Site::Facebook),
    ("instagram.com", Site::Instagram),
    ("xing.com", Site::Xing),
    ("stackoverflow.com", Site::StackOverflow),
];

/// A web address of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// With a scheme: `linkedin.com/in/ada` is said often and means `https://…`.
    pub url: String,
    /// Whose site it is.
    pub site: Site,
    /// Lower case; `""`: not said.
    pub kind: String,
}

/// The person's web addresses.
pub fn links(record: &Record) -> Vec<Link> {
    let said = contacts(record, "urls").into_iter();
    said.map(|c| {
        let url = if c.value.contains("://") || !c.value.contains('.') {
            c.value.to_owned()
        } else {
            format!("https://{}", c.value)
        };
        Link {
            site: site(&url),
            url,
            kind: c.kind,
        }
    })
    .collect()
}

fn site(address: &str) -> Site {
    if address.starts_with("skype:") {
        return Site::Skype;
    }
    let parsed = url::Url::parse(address).ok();
    let host = parsed.as_ref().and_then(|u| u.host_str()).unwrap_or("");
    let of = |name: &str| host == name || host.ends_with(&format!(".{name}"));
    let found = SITES.iter().find(|(name, _)| of(name));
    found.map_or(Site::Other, |(_, site)| *site)
}

/// The first link of a site.
pub fn link_of(links: &[Link], site: Site) -> Option<&str> {
    let found = links.iter().find(|l| l.site == site);
    found.map(|l| l.url.as_str())
}

/// Where the person lives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Place {
    /// One line: as it was said, or made of the parts.
    pub text: String,
    pub street: String,
    pub city: String,
    pub state: String,
    pub zip: String,
    /// As it was said: a name or a code.
    pub country: String,
}

/// Where the person lives; `None` when nothing is known.
pub fn place(record: &Record) -> Option<Place> {
    let address = record.get("address");
    let of = |member: &str| address[member].as_str().unwrap_or("").trim().to_owned();
    let mut place = Place {
        text: of("text"),
        street: of("street"),
        city: of("city"),
        state: of("state"),
        zip: of("zip"),
        country: of("country"),
    };
    if place.country.is_empty() {
        place.country = record
            .text("location_country")
            .unwrap_or("")
            .trim()
            .to_owned();
    }
    if place.text.is_empty() {
        let parts = [&place.street, &place.zip, &place.city, &place.state];
        let said = parts.into_iter().filter(|p| !p.is_empty());
        place.text = said.cloned().collect::<Vec<_>>().join(", ");
    }
    if place.text.is_empty() {
        let first = record.list("locations").iter().find_map(Value::as_str);
        place.text = first.unwrap_or("").trim().to_owned();
    } else if !of("country").is_empty() && of("text").is_empty() {
        place.text = format!("{}, {}", place.text, place.country);
    }
    if place.text.is_empty() {
        place.text.clone_from(&place.country);
    }
    (place != Place::default()).then_some(place)
}

/// Texts of a list, each once, in order; of lists of objects their `member`.
pub fn texts(record: &Record, field: &str, member: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for item in record.list(field) {
        let text = item.as_str().or(item[member].as_str()).unwrap_or("").trim();
        if !text.is_empty() && !all.iter().any(|t| t == text) {
            all.push(text.to_owned());
        }
    }
    all
}

/// Every tag: `tags`, `display_tags`, and the words of `detail_tags`.
pub fn tags(record: &Record) -> Vec<String> {
    let mut all = texts(record, "tags", "tag");
    for field in ["display_tags", "detail_tags"] {
        for tag in texts(record, field, "tag") {
            if !all.contains(&tag) {
                all.push(tag);
            }
        }
    }
    all
}

/// The phone numbers but for the first, for systems that have room for one.
pub fn other_phones(record: &Record) -> Vec<String> {
    let others = phones(record).into_iter().skip(1);
    others.map(|c| c.value.to_owned()).collect()
}

/// The addresses but for the first, for systems that have room for one.
pub fn other_emails(record: &Record) -> Vec<String> {
    let others = emails(record).into_iter().skip(1);
    others.map(|c| c.value.to_owned()).collect()
}

/// The links but for the first of each of these sites, for systems that have room for one of each.
pub fn links_besides(record: &Record, sites: impl IntoIterator<Item = Site>) -> Vec<String> {
    let links = links(record);
    let placed: Vec<&str> = sites
        .into_iter()
        .filter_map(|site| link_of(&links, site))
        .collect();
    let all = links.iter().map(|l| l.url.as_str());
    all.filter(|url| !placed.contains(url))
        .map(str::to_owned)
        .collect()
}

/// The address in one line where city, region and country do not say all of it.
pub fn more_than_a_city(record: &Record) -> Vec<String> {
    let place = place(record).filter(|_| record.get("address").is_object());
    let place = place.filter(|p| !p.street.is_empty() || !p.zip.is_empty() || p.city.is_empty());
    place.into_iter().map(|p| p.text).collect()
}

/// A day, `2024-05-31`, of unix seconds.
pub fn day(seconds: &Value) -> Option<String> {
    let moment = jiff::Timestamp::from_second(seconds.as_i64()?).ok()?;
    Some(moment.strftime("%Y-%m-%d").to_string())
}

/// Where the application comes from, `""` when nobody said.
pub fn source(parcel: &Parcel) -> &str {
    let application = parcel.application.as_ref();
    application.map_or("", |a| a.source.trim())
}

/// The address by which the person is looked up there: the first that is one.
pub fn mailbox(parcel: &Parcel) -> Option<&str> {
    emails(&parcel.candidate.record).first().map(|c| c.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record(value: Value) -> Record {
        Record::of(value.as_object().expect("an object"))
    }

    #[test]
    fn a_name_has_a_first_part_or_there_is_none() {
        let of = |value| name(&record(value));
        let ada = of(json!({"full_name": "Ada King Lovelace"})).unwrap();
        assert_eq!(
            (ada.first.as_str(), ada.last.as_str()),
            ("Ada", "King Lovelace")
        );
        let one = of(json!({"full_name": "Plato"})).unwrap();
        assert_eq!((one.first.as_str(), one.last_or_dash()), ("Plato", "-"));
        let last = of(json!({"last_name": "Plato"})).unwrap();
        assert_eq!((last.first.as_str(), last.last.as_str()), ("Plato", ""));
        let middle = of(json!({"first_name": "A", "middle_name": "K", "last_name": "L"})).unwrap();
        assert_eq!(
            (middle.given().as_str(), middle.whole.as_str()),
            ("A K", "A K L")
        );
        assert_eq!(of(json!({"emails": [{"value": "a@x.org"}]})), None);
    }

    #[test]
    fn addresses_that_are_none_are_no_addresses() {
        let record = record(json!({"emails": [
            {"value": "no address"}, {"value": " Ada@X.org ", "type": "WORK"}, {"value": "b@x.org", "unverified": true}]}));
        let emails = emails(&record);
        assert_eq!(emails.len(), 2);
        assert_eq!(
            (emails[0].value, emails[0].kind.as_str()),
            ("Ada@X.org", "work")
        );
        assert!(emails[1].unverified);
        assert!(same_mailbox("ada@x.ORG", emails[0].value));
        assert!(!same_mailbox("", ""));
        let kinds = [("work", "W"), ("", "O")];
        assert_eq!(
            (emails[0].kind_in(&kinds), emails[1].kind_in(&kinds)),
            ("W", "O")
        );
    }

    #[test]
    fn links_are_known_by_their_host() {
        let record = record(json!({"urls": [
            {"value": "linkedin.com/in/ada"}, {"value": "https://www.github.com/ada"},
            {"value": "https://notgithub.com"}, {"value": "https://ada.example", "type": "PORTFOLIO"}]}));
        let links = links(&record);
        assert_eq!(
            link_of(&links, Site::LinkedIn),
            Some("https://linkedin.com/in/ada")
        );
        assert_eq!(
            link_of(&links, Site::GitHub),
            Some("https://www.github.com/ada")
        );
        assert_eq!(links[2].site, Site::Other);
        assert_eq!(links[3].kind, "portfolio");
    }

    #[test]
    fn a_place_has_one_line_and_parts() {
        let of = |value| place(&record(value));
        let parts =
            of(json!({"address": {"street": "1 A St", "city": "B", "zip": "9", "country": "DE"}}))
                .unwrap();
        assert_eq!(parts.text, "1 A St, 9, B, DE");
        let text = of(json!({"address": {"text": "B, DE"}, "location_country": "DE"})).unwrap();
        assert_eq!((text.text.as_str(), text.country.as_str()), ("B, DE", "DE"));
        let list = of(json!({"locations": ["Berlin", "Rom"]})).unwrap();
        assert_eq!(list.text, "Berlin");
        assert_eq!(of(json!({"title": "x"})), None);
    }

    #[test]
    fn tags_of_all_kinds_stand_once() {
        let record = record(
            json!({"tags": ["a", "b"], "display_tags": ["b", "c"], "detail_tags": [{"tag": "d"}]}),
        );
        assert_eq!(tags(&record), ["a", "b", "c", "d"]);
    }
}
