//! The sweep of orphaned files: it removes what no row names, and nothing else, whatever arrives meanwhile.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use hiring::attachment::{self, Kind, NewAttachment, Stored, name_file, sweep};
use hiring::id::{OrgId, new_uid};
use hiring::problem::Problem;
use hiring::slot::Encoding;
use hiring::submission::{self, FileSlot, NewSubmission};
use store::Error;

use crate::{House, caller, person, story};

fn all_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => all_files(&path),
            false => vec![path],
        })
        .collect()
}

/// Makes every file two days old.
fn let_files_age(house: &House) {
    for path in all_files(&house.dir.join("files")) {
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(2 * 86_400))
            .unwrap();
    }
}

async fn put(house: &House, org: OrgId, text: &str) -> Stored {
    attachment::put(&house.app, org, text.into()).await.unwrap()
}

async fn is_there(house: &House, org: OrgId, file: &Stored) -> bool {
    match house.app.files.get(org.0, &file.sha256).await {
        Ok(_) => true,
        Err(Error::Missing(_)) => false,
        Err(other) => panic!("{other}"),
    }
}

async fn attach(house: &House, file: &Stored) -> hiring::Result<()> {
    let mut new = person(&["ada@x.org"], &[]);
    new.attachments.push(NewAttachment {
        kind: Kind::Resume,
        name: "cv.txt".into(),
        file: Some(file.clone()),
        url: None,
        scope: None,
    });
    house.take_in(new).await.map(drop)
}

#[test]
fn only_orphans_are_removed() {
    story(async |house: House| {
        let named = put(&house, house.org, "named").await;
        attach(&house, &named).await.unwrap();
        let in_slot = put(&house, house.org, "in a slot").await;
        let slot = FileSlot {
            n: 0,
            pointer: "/file".into(),
            encoding: Encoding::Raw,
            sha256: in_slot.sha256,
        };
        let caller = caller(house.org);
        let keep = move |tx: &mut store::Tx<'_>| {
            let new = NewSubmission {
                uid: new_uid(),
                dialect: "test",
                route: "/test",
                body: "{}".into(),
                files: vec![slot.clone()],
                eeo: Vec::new(),
                unmapped: Vec::new(),
            };
            submission::keep(tx, &caller, &new)
        };
        house.write(keep).await.unwrap();
        let orphan = put(&house, house.org, "orphan").await;
        // The same bytes as somebody's elsewhere.
        let elsewhere = put(&house, house.other, "named").await;
        let_files_age(&house);
        let young = put(&house, house.org, "young").await;

        assert_eq!(sweep(&house.app).await, Ok(2));
        assert!(!is_there(&house, house.org, &orphan).await);
        assert!(!is_there(&house, house.other, &elsewhere).await);
        for kept in [&named, &in_slot, &young] {
            assert!(is_there(&house, house.org, kept).await);
        }
        assert_eq!(sweep(&house.app).await, Ok(0));
    });
}

/// Between writing a file and naming it the sweep may come, more than once.
#[test]
fn who_names_a_file_while_it_is_swept_comes_again() {
    story(async |house: House| {
        let file = put(&house, house.org, "swept").await;
        let_files_age(&house);
        assert_eq!(sweep(&house.app).await, Ok(1));
        // Its bytes were written before the sweep removed them, its row comes after.
        let outcome = attach(&house, &file).await;
        assert!(
            matches!(outcome, Err(Problem::Overloaded { .. })),
            "{outcome:?}"
        );
        // Also when the sweep has come by again meanwhile.
        assert_eq!(sweep(&house.app).await, Ok(0));
        assert!(attach(&house, &file).await.is_err());
        // After some minutes no call that began before the sweep is still on its way.
        house.clock.advance(11 * 60 * 1_000_000);
        let again = put(&house, house.org, "swept").await;
        attach(&house, &again).await.unwrap();
        let_files_age(&house);
        assert_eq!(sweep(&house.app).await, Ok(0));
        assert!(is_there(&house, house.org, &again).await);
    });
}

/// A crash between the mark and the removal: the mark ends by itself, and the orphan is found again.
#[test]
fn a_mark_that_a_crash_left_behind_ends() {
    story(async |house: House| {
        let file = put(&house, house.org, "marked").await;
        let (org, marked) = (house.org, file.clone());
        let mark = move |tx: &mut store::Tx<'_>| {
            name_file(tx, org, &marked)?;
            let now = tx.now();
            tx.run(crate::only_here!("UPDATE file SET swept_at = $1"), &[&now])?;
            Ok(())
        };
        house.write(mark).await.unwrap();
        assert!(attach(&house, &file).await.is_err());
        house.clock.advance(11 * 60 * 1_000_000);
        let_files_age(&house);
        assert_eq!(sweep(&house.app).await, Ok(1));
        assert!(!is_there(&house, house.org, &file).await);
        house.clock.advance(11 * 60 * 1_000_000);
        let file = put(&house, house.org, "marked").await;
        attach(&house, &file).await.unwrap();
    });
}
