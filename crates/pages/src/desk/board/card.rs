//! A card.

use askama::Template;
use hiring::application::board::{Card, Seen};
use hiring::id::{StageId, Uuid};
use hiring::job::Stage;

use crate::moment::{Moment, roughly};

/// A card as it is drawn.
#[derive(Template)]
#[template(path = "desk/board_card.html")]
pub(crate) struct CardView {
    uid: Uuid,
    candidate: Uuid,
    name: String,
    source: String,
    since: Moment,
    ago: String,
    tags: Vec<String>,
    unread: bool,
    pending: bool,
    ended: Option<String>,
    seen: String,
    key: String,
    /// The stages it may go to: number and name; empty where it does not move, or the member may not.
    to: Vec<(i64, String)>,
    may: bool,
}

impl askama::filters::HtmlSafe for CardView {}

/// µs.
const MINUTE: i64 = 60_000_000;

/// What a person is called who may have no name.
pub(super) fn called(card: &Card) -> String {
    match (card.name.as_str(), &card.email) {
        ("", Some(email)) => email.clone(),
        ("", None) => "Somebody without a name".to_owned(),
        (name, _) => name.to_owned(),
    }
}

/// Where a card was seen, as forms carry it.
pub(super) fn version(seen: Seen) -> String {
    format!("{}-{}", seen.stage, seen.at)
}

/// A card and where it was seen: `<uid>~<stage>-<since>`.
pub(super) fn parse(text: &str) -> Option<(Uuid, Seen)> {
    let (uid, version) = text.split_once('~')?;
    let (stage, at) = version.split_once('-')?;
    let seen = Seen {
        stage: StageId(stage.parse().ok()?),
        at: at.parse().ok()?,
    };
    Some((uid.parse().ok()?, seen))
}

impl CardView {
    pub fn new(card: Card, stages: &[Stage], now: i64, may: bool) -> CardView {
        let place = card.place();
        let moves = may && !card.pending && card.ended.is_none();
        let others = stages.iter().filter(|s| moves && s.id != card.seen.stage);
        let ended = card.ended.map(|_| card.reason.clone().unwrap_or_default());
        CardView {
            name: called(&card),
            uid: card.uid,
            candidate: card.candidate,
            seen: version(card.seen),
            key: format!("{}.{}", place.0, place.1),
            to: others.map(|s| (s.id.0, s.name.clone())).collect(),
            since: Moment::at(place.0),
            ago: match now - place.0 {
                ..MINUTE => "just now".to_owned(),
                since => roughly(since),
            },
            unread: !card.read && !card.pending && card.ended.is_none(),
            pending: card.pending,
            source: card.source,
            tags: card.tags,
            ended,
            may,
        }
    }

    #[cfg(test)]
    pub fn sample() -> CardView {
        CardView {
            uid: hiring::id::new_uid(),
            candidate: hiring::id::new_uid(),
            name: "Ada <Lovelace>".into(),
            source: "Web & word".into(),
            since: Moment::at(1_773_480_413_000_000),
            ago: "3 days".into(),
            tags: vec!["<rust>".into()],
            unread: true,
            pending: true,
            ended: Some("Too <far>".into()),
            seen: "1-7".into(),
            key: "7.1".into(),
            to: vec![(2, "Offer <x>".into())],
            may: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_carries_is_read_back() {
        let uid = hiring::id::new_uid();
        let seen = Seen {
            stage: StageId(12),
            at: 1_773_480_413_000_000,
        };
        let text = format!("{uid}~{}", version(seen));
        assert_eq!(parse(&text), Some((uid, seen)));
        for bad in ["", "x", "x~1-2", &format!("{uid}~1"), &format!("{uid}~a-b")] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
