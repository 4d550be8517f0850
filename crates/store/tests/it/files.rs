//! The contents of files: kept once, given back as they are, found by their age.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use store::Error;
use store::files::{Digest, Files, MOST_MADE, digest, hex};

use crate::tell;

fn folder() -> (tempfile::TempDir, Files) {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::in_folder(&folder.path().join("files")).unwrap();
    (folder, files)
}

fn all_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(all_files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn make_older(folder: &Path, digest: &Digest, by: u64) {
    let name = hex(digest);
    let path = all_files(folder).into_iter().find(|p| p.ends_with(&name));
    let file = std::fs::File::options()
        .write(true)
        .open(path.unwrap())
        .unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(by))
        .unwrap();
}

async fn older_than(files: &Files, seconds: i64) -> Vec<(i64, Digest)> {
    let mut old = Vec::new();
    for shelf in files.shelves().await.unwrap() {
        old.extend(files.older_than(&shelf, seconds).await.unwrap());
    }
    old.sort_unstable();
    old
}

#[test]
fn a_file_comes_back_and_lies_there_once() {
    let (folder, files) = folder();
    tell(async {
        let content: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        let name = files.put(7, content.clone().into()).await.unwrap();
        assert_eq!(name, digest(&content));
        assert_eq!(files.put(7, content.clone().into()).await.unwrap(), name);
        assert_eq!(files.get(7, &name).await.unwrap(), content);
        assert_eq!(all_files(folder.path()).len(), 1);
        // An empty file is a file.
        let empty = files.put(7, Vec::new().into()).await.unwrap();
        assert!(files.get(7, &empty).await.unwrap().is_empty());
    });
}

#[test]
fn another_organization_has_its_own() {
    let (folder, files) = folder();
    tell(async {
        let name = files.put(1, "x".into()).await.unwrap();
        let missing = files.get(2, &name).await;
        assert!(matches!(missing, Err(Error::Missing(_))), "{missing:?}");
        files.put(2, "x".into()).await.unwrap();
        assert_eq!(all_files(folder.path()).len(), 2);
        files.remove(1, &name).await.unwrap();
        assert_eq!(files.get(2, &name).await.unwrap(), "x");
    });
}

#[test]
fn what_is_removed_is_missing_and_removing_twice_is_no_error() {
    let (_folder, files) = folder();
    tell(async {
        let name = files.put(1, "x".into()).await.unwrap();
        files.remove(1, &name).await.unwrap();
        files.remove(1, &name).await.unwrap();
        let missing = files.get(1, &name).await;
        assert!(matches!(missing, Err(Error::Missing(_))), "{missing:?}");
    });
}

#[test]
fn old_files_are_found_however_many_there_are() {
    let (folder, files) = folder();
    tell(async {
        assert!(older_than(&files, 0).await.is_empty());
        let mut expected = Vec::new();
        for n in 0..40u32 {
            let name = files.put(1, n.to_string().into()).await.unwrap();
            expected.push((1, name));
        }
        let young = files.put(2, "young".into()).await.unwrap();
        for (_, name) in &expected {
            make_older(folder.path(), name, 1000);
        }
        expected.sort_unstable();
        assert_eq!(older_than(&files, 999).await, expected);
        // What a crash left of an upload is no file.
        let stray = all_files(folder.path())[0].with_extension("half#1");
        std::fs::write(stray, "half").unwrap();
        assert_eq!(older_than(&files, 0).await.len(), 41);
        // Writing the same bytes again renews them.
        files.put(1, "0".into()).await.unwrap();
        assert_eq!(older_than(&files, 999).await.len(), 39);
        assert!(!older_than(&files, 999).await.contains(&(2, young)));
    });
}

#[test]
fn what_was_made_of_a_file_goes_with_it() {
    let (folder, files) = folder();
    tell(async {
        let name = files.put(1, "x".into()).await.unwrap();
        assert_eq!(files.made(1, &name, 1).await.unwrap(), None);
        for n in [1, MOST_MADE] {
            files.put_made(1, &name, n, "old".into()).await.unwrap();
            files.put_made(1, &name, n, "new".into()).await.unwrap();
            assert_eq!(files.made(1, &name, n).await.unwrap().unwrap(), "new");
            assert_eq!(files.made(2, &name, n).await.unwrap(), None);
        }
        // They are no files of their own.
        assert_eq!(older_than(&files, 0).await, [(1, name)]);
        files.remove(1, &name).await.unwrap();
        assert!(all_files(folder.path()).is_empty());
        // What was still being made then is found by the sweep.
        files.put_made(1, &name, 2, "late".into()).await.unwrap();
        assert_eq!(older_than(&files, 0).await, [(1, name)]);
        files.remove(1, &name).await.unwrap();
        assert!(all_files(folder.path()).is_empty());
    });
}

#[test]
fn pieces_become_the_file_that_they_are() {
    let (_folder, files) = folder();
    tell(async {
        let names: Vec<uuid::Uuid> = (0..3).map(|_| uuid::Uuid::now_v7()).collect();
        let parts = [vec![1u8; 3 << 20], vec![2; 100], vec![3; 1]];
        for (name, part) in names.iter().zip(&parts) {
            files.put_piece(*name, part.clone().into()).await.unwrap();
        }
        let whole = parts.concat();
        let made = files.assemble(7, &names).await.unwrap();
        assert_eq!(
            (made.size, made.sha256),
            (whole.len() as u64, digest(&whole))
        );
        assert_eq!(made.head, parts[0]);
        assert!(files.get(7, &made.sha256).await.unwrap() == whole);
        // One piece is a file too; no organization's shelf holds pieces.
        assert_eq!(
            files.assemble(7, &names[2..]).await.unwrap().sha256,
            digest(&[3])
        );
        for shelf in files.shelves().await.unwrap() {
            let found = files.older_than(&shelf, -10).await.unwrap();
            assert!(found.iter().all(|(scope, _)| *scope == 7));
        }
        assert_eq!(files.pieces_older_than(-10, 100).await.unwrap().len(), 3);
        assert!(
            files
                .pieces_older_than(3_600, 100)
                .await
                .unwrap()
                .is_empty()
        );
        files.remove_piece(names[0]).await.unwrap();
        files.remove_piece(names[0]).await.unwrap();
        assert!(matches!(
            files.assemble(7, &names).await,
            Err(store::Error::Missing(_))
        ));
    });
}
