//! Two who are one person, of whom other systems know: nobody is to be made there a second time, and an undoing gives back.

use hiring::candidate::{self, Candidate};
use hiring::delivery::carrying::{self, Claimed, Ended, LEASE, Order, Why};
use hiring::destination::{self, Destination, NewDestination, Settings};
use hiring::id::{CandidateId, DestinationId, Uuid};
use hiring::remote::{self, Remote};
use hiring::{Problem, Result};
use store::Tx;

use crate::{House, caller, story};

impl House {
    async fn destination(&self, name: &str) -> Destination {
        let (key, org) = (self.app.key.clone(), self.org);
        let new = NewDestination {
            connector: "kiosk".into(),
            name: name.into(),
            settings: Settings::new(),
            secrets: Settings::new(),
            default_job: None,
        };
        let made = self.write(move |tx| destination::create(tx, &key, &caller(org), &new));
        made.await.expect("a destination")
    }

    async fn knows(&self, to: DestinationId, whose: CandidateId, thing: Remote) {
        let org = self.org;
        self.write(move |tx| remote::keep(tx, org, to, whose, &thing))
            .await
            .expect("kept");
    }

    /// What a destination has of a person: thing, our name of it, theirs.
    async fn far(&self, to: DestinationId, whose: CandidateId) -> Vec<(String, String, String)> {
        let org = self.org;
        let all = self.read(move |r| remote::of_candidate(r, org, to, whose));
        let all = all.await.into_iter();
        all.map(|r| (r.thing, r.our_uid, r.remote_id)).collect()
    }

    async fn queue(&self, to: DestinationId, whose: CandidateId) {
        let (org, cause) = (self.org, Uuid::new_v4().to_string());
        let queued = self.write(move |tx| {
            let order = Order {
                destination: to,
                why: Why::Push,
                candidate: Some(whose),
                application: None,
                event: None,
                cause: &cause,
            };
            carrying::queue(tx, org, &order)
        });
        queued.await.unwrap().expect("queued");
    }

    async fn takes(&self, to: DestinationId) -> Option<Claimed> {
        let org = self.org;
        self.write(move |tx| carrying::claim(tx, org, to, LEASE))
            .await
            .unwrap()
    }

    async fn arrives(&self, claimed: &Claimed, there: &[Remote]) {
        let ended = Ended::Arrived {
            remote: there.to_vec(),
            remarks: Vec::new(),
        };
        let claimed = claimed.clone();
        let held = self.write(move |tx| carrying::end(tx, &claimed, &ended));
        assert!(held.await.unwrap(), "the claim held");
    }

    async fn merge(&self, kept: &Candidate, gone: &Candidate) -> Uuid {
        let (org, kept, gone) = (self.org, kept.id, gone.id);
        let merging = self.write(move |tx| candidate::merge(tx, &caller(org), kept, gone, false));
        merging.await.expect("merged").uid
    }

    async fn unmerge(&self, uid: Uuid) {
        let org = self.org;
        let undo = move |tx: &mut Tx<'_>| -> Result<()> {
            candidate::undo(tx, &caller(org), uid)?;
            Ok::<_, Problem>(())
        };
        self.write(undo).await.expect("undone");
    }
}

fn thing(thing: &str, ours: impl ToString, theirs: &str) -> Remote {
    Remote {
        thing: thing.into(),
        our_uid: ours.to_string(),
        remote_id: theirs.into(),
        remote_created_at: None,
        data: None,
        created_at: 0,
    }
}

fn line(thing: &str, ours: impl ToString, theirs: &str) -> (String, String, String) {
    (thing.into(), ours.to_string(), theirs.into())
}

#[test]
fn what_another_system_has_of_the_one_who_went_is_the_kept_ones_and_is_given_back() {
    story(async |house: House| {
        let kept = house.person("kept@x.org").await.candidate;
        let gone = house.person("gone@x.org").await.candidate;
        let one = house.destination("Has one of them").await.id;
        let both = house.destination("Has both").await.id;
        let file = Uuid::new_v4();
        house
            .knows(one, gone.id, thing("candidate", gone.uid, "c2"))
            .await;
        house.knows(one, gone.id, thing("file", file, "f2")).await;
        house
            .knows(both, kept.id, thing("candidate", kept.uid, "c1"))
            .await;
        house
            .knows(both, gone.id, thing("candidate", gone.uid, "c3"))
            .await;
        let before = [
            house.far(one, kept.id).await,
            house.far(one, gone.id).await,
            house.far(both, kept.id).await,
            house.far(both, gone.id).await,
        ];

        let merging = house.merge(&kept, &gone).await;
        let there = [line("candidate", kept.uid, "c2"), line("file", file, "f2")];
        assert_eq!(
            house.far(one, kept.id).await,
            there,
            "taken over, by the kept one's name"
        );
        let there = [
            line("candidate", kept.uid, "c1"),
            line("candidate", gone.uid, "c3"),
        ];
        assert_eq!(house.far(both, kept.id).await, there, "both stay known");
        for to in [one, both] {
            assert_eq!(house.far(to, gone.id).await, []);
        }
        // Whoever has the person is told that they have changed, once.
        let claimed = house.takes(one).await.expect("an update");
        assert_eq!(
            (claimed.why, claimed.candidate),
            (Why::Update, Some(kept.id))
        );
        assert!(house.takes(one).await.is_none());

        house.unmerge(merging).await;
        let after = [
            house.far(one, kept.id).await,
            house.far(one, gone.id).await,
            house.far(both, kept.id).await,
            house.far(both, gone.id).await,
        ];
        assert_eq!(after, before);
    });
}

#[test]
fn what_waits_for_the_one_who_went_is_carried_for_the_kept_one_in_turn() {
    story(async |house: House| {
        let kept = house.person("kept@x.org").await.candidate;
        let gone = house.person("gone@x.org").await.candidate;
        let to = house.destination("Over there").await.id;
        house.queue(to, gone.id).await;
        house.queue(to, kept.id).await;
        let merging = house.merge(&kept, &gone).await;
        let first = house.takes(to).await.expect("the older one");
        assert_eq!(first.candidate, Some(kept.id));
        assert!(
            house.takes(to).await.is_none(),
            "two of one person at once would make two"
        );
        house
            .arrives(&first, &[thing("candidate", kept.uid, "c1")])
            .await;
        let second = house.takes(to).await.expect("the newer one");
        assert_eq!(second.candidate, Some(kept.id));
        house.unmerge(merging).await;
        // What was queued for the one who went is theirs again; what came of it meanwhile stays with whom it was made for.
        assert_eq!(
            house.far(to, kept.id).await,
            [line("candidate", kept.uid, "c1")]
        );
        house.arrives(&second, &[]).await;
        assert_eq!(house.far(to, gone.id).await, []);
    });
}

#[test]
fn what_arrives_after_the_person_was_merged_away_is_the_kept_ones() {
    story(async |house: House| {
        let kept = house.person("kept@x.org").await.candidate;
        let gone = house.person("gone@x.org").await.candidate;
        let to = house.destination("Over there").await.id;
        house.queue(to, gone.id).await;
        let on_its_way = house.takes(to).await.expect("a delivery");
        assert_eq!(on_its_way.candidate, Some(gone.id));
        house.queue(to, kept.id).await;
        let merging = house.merge(&kept, &gone).await;
        assert!(
            house.takes(to).await.is_none(),
            "they are on their way already"
        );
        house
            .arrives(&on_its_way, &[thing("candidate", gone.uid, "c2")])
            .await;
        assert_eq!(
            house.far(to, kept.id).await,
            [line("candidate", kept.uid, "c2")]
        );
        let next = house.takes(to).await.expect("the kept one's turn");
        assert_eq!(next.candidate, Some(kept.id));
        house.arrives(&next, &[]).await;
        house.unmerge(merging).await;
        assert_eq!(
            house.far(to, gone.id).await,
            [line("candidate", gone.uid, "c2")]
        );
        assert_eq!(house.far(to, kept.id).await, []);
    });
}

#[test]
fn what_was_begun_and_is_given_back_goes_before_what_was_queued_later() {
    story(async |house: House| {
        let to = house.destination("Over there").await.id;
        let first = house.person("first@x.org").await.candidate;
        let second = house.person("second@x.org").await.candidate;
        house.queue(to, first.id).await;
        house.clock.advance(1_000_000);
        house.queue(to, second.id).await;
        for attempt in 1..4 {
            house.clock.advance(1_000_000);
            let claimed = house.takes(to).await.expect("a delivery");
            assert_eq!(
                (claimed.candidate, claimed.attempt),
                (Some(first.id), attempt)
            );
            house
                .write(move |tx| carrying::put_back(tx, &claimed))
                .await
                .unwrap();
        }
    });
}
