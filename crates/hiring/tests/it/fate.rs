//! What becomes of an invite, and what that does to its mails.

use hiring::application::{self, Disposition, NewApplication};
use hiring::invite::{self, Invite, State, VALID_FOR};
use hiring::problem::{Clash, Noun, Problem};
use hiring::{Result, job};

use crate::invites::{by_token, invited, token};
use crate::{House, at_once, caller, story};

async fn change(
    house: &House,
    invite: &Invite,
    verb: fn(&mut store::Tx<'_>, &Invite) -> Result<Invite>,
) -> Result<Invite> {
    let invite = invite.clone();
    house.write(move |tx| verb(tx, &invite)).await
}

async fn revoke(house: &House, invite: &Invite) -> Result<Invite> {
    let (caller, invite) = (caller(house.org), invite.clone());
    house
        .write(move |tx| invite::revoke(tx, &caller, &invite))
        .await
}

async fn renew(house: &House, invite: &Invite, days: Option<i64>) -> Result<Invite> {
    let (caller, key, invite) = (caller(house.org), house.app.key.clone(), invite.clone());
    house
        .write(move |tx| invite::renew(tx, &key, &caller, &invite, days))
        .await
}

async fn sweep(house: &House) -> usize {
    house.write(invite::expire_some).await.unwrap()
}

fn not_allowed(outcome: Result<Invite>) -> bool {
    matches!(outcome, Err(Problem::Conflict(Clash::NotAllowed(_))))
}

#[test]
fn beginning_to_fill_in_the_form_is_noted_once_with_the_opening_before_it() {
    story(async |house: House| {
        let (_, invite) = invited(&house).await;
        let calls = (0..6).map(|_| {
            let (house, invite) = (house.clone(), invite.clone());
            async move { change(&house, &invite, invite::start).await.unwrap().state }
        });
        assert_eq!(at_once(calls).await, [State::Started; 6]);
        let now = by_token(&house, &token(&house, &invite)).await.unwrap();
        assert!(now.opened_at.is_some() && now.started_at.is_some() && now.closed_at.is_none());
        assert_eq!(
            house.events().await[3..],
            ["invite.created", "invite.opened", "application.started"]
        );
    });
}

#[test]
fn a_declined_or_revoked_invite_takes_no_application_by_its_link() {
    story(async |house: House| {
        let (_, invite) = invited(&house).await;
        for _ in 0..2 {
            let declined = change(&house, &invite, invite::decline).await.unwrap();
            assert_eq!(declined.state, State::Declined);
            assert!(declined.closed_at.is_some());
        }
        assert!(not_allowed(revoke(&house, &invite).await));
        let gone = change(&house, &invite, invite::start).await;
        assert_eq!(gone.err(), Some(Problem::Gone(Noun::Invite)));

        let renewed = renew(&house, &invite, None).await.unwrap();
        for _ in 0..2 {
            assert_eq!(
                revoke(&house, &renewed).await.unwrap().state,
                State::Revoked
            );
        }
        let gone = change(&house, &renewed, invite::decline).await;
        assert_eq!(gone.err(), Some(Problem::Gone(Noun::Invite)));
        assert_eq!(
            house.events().await[3..],
            [
                "invite.created",
                "invite.declined",
                "invite.renewed",
                "invite.revoked"
            ]
        );
    });
}

#[test]
fn a_renewed_invite_has_another_link_and_the_old_one_leads_nowhere() {
    story(async |house: House| {
        let (_, invite) = invited(&house).await;
        let old = token(&house, &invite);
        change(&house, &invite, invite::start).await.unwrap();
        house.clock.advance(VALID_FOR + 1);
        let renewed = renew(&house, &invite, Some(3)).await.unwrap();
        let new = token(&house, &renewed);
        assert_ne!(old, new);
        let missing = by_token(&house, &old).await.err();
        assert_eq!(missing, Some(Problem::NotFound(Noun::Invite)));
        let found = by_token(&house, &new).await.unwrap();
        assert_eq!(
            (found.id, found.state, found.generation),
            (invite.id, State::Pending, 2)
        );
        let days = (found.expires_at - found.created_at - VALID_FOR - 1) / 86_400_000_000;
        assert_eq!((days, found.opened_at, found.started_at), (3, None, None));
    });
}

#[test]
fn whoever_has_applied_is_not_invited_again() {
    story(async |house: House| {
        let (application, invite) = invited(&house).await;
        let new = NewApplication::default();
        house.apply(application.candidate, new).await.unwrap();
        assert!(not_allowed(renew(&house, &invite, None).await));
        assert!(not_allowed(revoke(&house, &invite).await));
        let gone = change(&house, &invite, invite::start).await;
        assert_eq!(gone.err(), Some(Problem::Gone(Noun::Invite)));
    });
}

#[test]
fn ending_a_pending_application_ends_its_invite() {
    story(async |house: House| {
        let (application, invite) = invited(&house).await;
        let (asking, id) = (caller(house.org), application.id);
        house
            .write(move |tx| application::dispose(tx, &asking, id, Disposition::Rejected, None))
            .await
            .unwrap();
        let found = by_token(&house, &token(&house, &invite)).await.unwrap();
        assert_eq!(found.state, State::Revoked);
        assert!(not_allowed(renew(&house, &invite, None).await));
        assert_eq!(
            house.events().await[4..],
            ["invite.revoked", "application.rejected"]
        );
    });
}

#[test]
fn the_sweep_notes_once_that_an_invite_has_expired() {
    story(async |house: House| {
        let (_, invite) = invited(&house).await;
        assert_eq!(sweep(&house).await, 0);
        house.clock.advance(VALID_FOR);
        let swept: usize = at_once((0..4).map(|_| {
            let house = house.clone();
            async move { sweep(&house).await }
        }))
        .await
        .into_iter()
        .sum();
        assert_eq!((swept, sweep(&house).await), (1, 0));
        assert_eq!(
            house.events().await[3..],
            ["invite.created", "invite.expired"]
        );
        // Open again, it can expire again.
        renew(&house, &invite, Some(1)).await.unwrap();
        house.clock.advance(2 * 86_400_000_000);
        assert_eq!(sweep(&house).await, 1);
    });
}

#[test]
fn an_invite_is_valid_as_long_as_its_job_says() {
    story(async |house: House| {
        let (asking, id) = (caller(house.org), house.job.id);
        let set = move |tx: &mut store::Tx<'_>| {
            invite::set_job_days(tx, &asking, id, Some(5))?;
            // The same again changes nothing.
            invite::set_job_days(tx, &asking, id, Some(5))?;
            invite::job_days(tx, asking.org, id)
        };
        assert_eq!(house.write(set).await.unwrap(), Some(5));
        let (_, invite) = invited(&house).await;
        assert_eq!(invite.expires_at - invite.created_at, 5 * 86_400_000_000);
        let (org, other) = (house.org, house.other);
        let found = house.read(move |r| invite::jobs_days(r, org, &[id]));
        assert_eq!(found.await.get(&id), Some(&5));
        let hidden =
            house.read(move |r| Ok((invite::jobs_days(r, other, &[id])?, job::find(r, org, id)?)));
        let (hidden, job) = hidden.await;
        assert!(hidden.is_empty());
        assert!(job.updated_at >= job.created_at);
        assert_eq!(house.events().await[..2], ["job.created", "job.updated"]);
    });
}
