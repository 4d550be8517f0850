//! Pages of PDF files as pictures, hostile ones too: each in a process of its own, and whatever becomes of it, the page of the
//! person is there and says so.

use std::path::Path;

use bytes::Bytes;
use extract::Reason;
use hiring::extraction::Outline;
use hiring::id::OrgId;
use hiring::member::{self, Role};
use serde_json::Value;
use server::drawing;
use testing::app::{Call, Reply, TestApp, story};

use crate::reading::{apply, catch_up, deflated, page_of, pdf, program};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

fn outline(bytes: &[u8]) -> Result<Outline, Reason> {
    drawing::outline(program(), Bytes::copy_from_slice(bytes))
}

fn picture(bytes: &[u8], number: u32) -> Result<Bytes, Reason> {
    drawing::picture(program(), number, Bytes::copy_from_slice(bytes))
}

/// Width and height, as a PNG's head says.
fn size_of(png: &[u8]) -> (u32, u32) {
    assert!(png.starts_with(PNG), "no PNG");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

/// A PDF of one page, `inside` it, with these entries besides.
fn one_page(media: &str, more: &str, inside: &str) -> Vec<u8> {
    let mut objects = page_of("x");
    objects[2] =
        format!("<< /Type /Page /Parent 2 0 R /MediaBox [{media}] /Contents 4 0 R {more} >>");
    objects[3] = format!(
        "<< /Length {} >>\nstream\n{inside}\nendstream",
        inside.len()
    );
    pdf(&objects, "")
}

/// The same, whose content unpacks to `n` blanks.
fn bomb(n: usize) -> Vec<u8> {
    // zlib's two bytes before, and no checksum after: readers do not mind.
    let packed: Vec<u8> = [vec![0x78, 0x9c], deflated(&vec![b' '; n])].concat();
    let mut out = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n\
        3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents [".to_vec();
    out.extend("4 0 R ".repeat(40).bytes());
    let head = format!(
        "] >>\nendobj\n4 0 obj\n<< /Length {} /Filter /FlateDecode >>\nstream\n",
        packed.len()
    );
    out.extend(head.bytes());
    out.extend(packed);
    out.extend(b"\nendstream\nendobj\ntrailer\n<< /Root 1 0 R /Size 5 >>\n%%EOF");
    out
}

#[test]
fn pages_are_drawn_in_the_size_that_was_said() {
    let letter = pdf(&page_of("I know Haskell"), "");
    let said = outline(&letter).expect("an outline");
    assert_eq!(
        (said.count, said.sizes.as_slice()),
        (1, &[(1200, 1553)][..])
    );
    let drawn = picture(&letter, 1).expect("a picture");
    assert_eq!(size_of(&drawn), (1200, 1553));
    // Something is on it: an empty page is another picture, and a smaller one.
    let empty = picture(&pdf(&page_of(""), ""), 1).expect("a picture");
    assert!(drawn.len() > empty.len(), "{} {}", drawn.len(), empty.len());
    for (media, rotate, expected) in [
        ("0 0 792 612", "", (1200, 927)),
        ("0 0 792 612", "/Rotate 90", (927, 1200)),
        ("0 0 100 50", "", (300, 150)),
        ("0 0 10 100000", "", (1, 3000)),
        ("0 0 100000000 10", "", (1200, 1)),
        ("0 0 0 0", "", (1200, 1697)),
    ] {
        let file = one_page(media, rotate, "1 0 0 rg 0 0 5 5 re f");
        let said = outline(&file).unwrap_or_else(|why| panic!("{media}: {why:?}"));
        let drawn = picture(&file, 1).unwrap_or_else(|why| panic!("{media}: {why:?}"));
        assert_eq!(said.sizes.len(), 1, "{media}");
        assert_eq!(size_of(&drawn), said.sizes[0], "{media}");
        if rotate.is_empty() || said.sizes[0].0 < said.sizes[0].1 {
            assert!(
                said.sizes[0].0 <= 1200 && said.sizes[0].1 <= 3000,
                "{media}"
            );
        }
        if media != "0 0 792 612" || rotate.is_empty() {
            assert_eq!(said.sizes[0], expected, "{media}");
        }
    }
    for beyond in [0, 2, 21, u32::MAX] {
        assert_eq!(picture(&letter, beyond), Err(Reason::Damaged), "{beyond}");
    }
}

#[test]
fn hostile_files_end_in_no_picture_and_a_reason() {
    let mut many = vec!["<< /Type /Catalog /Pages 2 0 R >>".to_owned()];
    let kids: String = (3..100_003).map(|n| format!("{n} 0 R ")).collect();
    many.push(format!("<< /Type /Pages /Kids [{kids}] /Count 100000 >>"));
    let leaf = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>";
    many.extend((0..100_000).map(|_| leaf.to_owned()));
    let many = pdf(&many, "");
    // The first ones are shown, or none; nobody waits for all.
    match outline(&many) {
        Ok(said) => {
            assert_eq!((said.count, said.sizes.len()), (100_000, 20));
            assert!(picture(&many, 20).is_ok_and(|png| png.starts_with(PNG)));
        }
        Err(why) => assert_eq!(why, Reason::TooLong),
    }
    let mut circle = page_of("x");
    circle[1] = "<< /Type /Pages /Kids [2 0 R] /Count 1 >>".to_owned();
    let mut itself = page_of("x");
    itself[2] = itself[2].replace("/Resources << ", "/Resources << /XObject << /X 4 0 R >> ");
    let inside = "/X Do /X Do /X Do";
    itself[3] = format!(
        "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 4 0 R >> >> /Length {} >>\nstream\n{inside}\nendstream",
        inside.len()
    );
    let locked = "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O (12345678901234567890123456789012) \
                  /U (12345678901234567890123456789012) >> /ID [(a) (a)]";
    let nested = format!("%PDF-1.4\n1 0 obj\n{}\nendobj\n", "[".repeat(200_000));
    for (what, bytes, allowed) in [
        (
            "pages in a circle",
            pdf(&circle, ""),
            &[Reason::Damaged][..],
        ),
        (
            "a password",
            pdf(&page_of("secret"), locked),
            &[Reason::Encrypted],
        ),
        (
            "brackets",
            nested.into_bytes(),
            &[Reason::Damaged, Reason::TooLong],
        ),
        (
            "cut short",
            pdf(&page_of("x"), "")[..60].to_vec(),
            &[Reason::Damaged],
        ),
        ("no PDF", b"%PDF-1.7\n\0\xff".to_vec(), &[Reason::Damaged]),
        ("nothing", Vec::new(), &[Reason::Damaged]),
        ("another thing", b"GIF89a".to_vec(), &[Reason::Damaged]),
        (
            "two gigabytes of blanks",
            bomb(50 << 20),
            &[Reason::TooLong],
        ),
        (
            "larger than is read",
            vec![b' '; (32 << 20) + 1],
            &[Reason::TooLarge],
        ),
    ] {
        let came = picture(&bytes, 1).map(|png| png.len());
        let why = came.expect_err(what);
        assert!(allowed.contains(&why), "{what}: {why:?}");
    }
    // Brackets and colours without end, states never given back: an honest effort, within the limits, or none.
    let restless = one_page(
        "0 0 612 792",
        "",
        &"q 9 0 0 9 1 1 cm 1 0 0 rg 0 0 9999 9999 re f ".repeat(200_000),
    );
    for (what, bytes) in [
        ("restless", restless),
        ("itself within itself", pdf(&itself, "")),
    ] {
        let came = picture(&bytes, 1).map(|png| png.len());
        assert!(
            came.is_ok() || came == Err(Reason::TooLong),
            "{what}: {came:?}"
        );
    }
}

#[test]
fn whoever_draws_has_nothing_of_ours() {
    let folder = tempfile::tempdir().expect("a folder");
    let spy = folder.path().join("spy");
    let said = folder.path().join("said");
    // It may not write files once it is confined; a spy does not confine itself.
    let script = format!(
        "#!/bin/sh\n(/usr/bin/env; echo \"$@\"; pwd) > {}\necho 1 5x5\n",
        said.display()
    );
    std::fs::write(&spy, script).expect("a program");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&spy, mode).expect("may run");
    let came = drawing::picture(&spy, 3, Bytes::from_static(b"x"));
    // What is no PNG is not handed on as one.
    assert_eq!(came, Err(Reason::Damaged));
    let said = std::fs::read_to_string(said).expect("it ran");
    assert!(said.lines().any(|line| line == "draw --page 3"), "{said}");
    assert!(said.lines().any(|line| line == "/"), "{said}");
    assert!(!said.contains("MUSTER") && !said.contains("HOME"), "{said}");
}

/// A session of a member in this role.
async fn session(app: &TestApp, org: i64, role: Role) -> String {
    let email = format!("{}{org}@drawing.org", role.word());
    let made = app.app.store.write(move |tx| {
        if member::by_email(tx, &email)?.is_none() {
            member::create(tx, OrgId(org), &email, "Somebody", role.word(), "x")?;
        }
        let (member, _) = member::by_email(tx, &email)?.expect("made above");
        member::sign_in(tx, &member)
    });
    format!("muster_session={}", made.await.expect("a session"))
}

async fn get(app: &TestApp, path: &str, cookie: &str) -> Reply {
    let call = Call {
        method: "GET".into(),
        path: path.into(),
        headers: Vec::new(),
        body: Vec::new(),
    };
    app.send(&call.header("Cookie", cookie)).await
}

async fn file_of(app: &TestApp, person: &Value) -> String {
    let person = person.as_str().expect("an id");
    let found = app.native(&format!("/candidates/{person}")).await;
    let id = found["attachments"][0]["id"].as_str().expect("a file");
    format!("/desk/files/{id}")
}

/// How many pictures are kept.
fn made(app: &TestApp) -> usize {
    let mut all = vec![app.folder.join("files")];
    let mut found = 0;
    while let Some(folder) = all.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => all.push(path),
                false => found += usize::from(path.extension().is_some()),
            }
        }
    }
    found
}

#[test]
fn a_member_looks_at_pages_and_they_are_drawn_once() {
    story(async |app: TestApp| {
        let app = app.drawing(program());
        let cookie = session(&app, 1, Role::Recruiter).await;
        let good = apply(&app, 1, &pdf(&page_of("Fluent in Esperanto"), ""), "cv.pdf").await;
        let bad = apply(&app, 2, b"%PDF-1.7\n\0\xff", "cv.pdf").await;
        let page = format!("/desk/candidates/{}", good.as_str().expect("an id"));
        let file = file_of(&app, &good).await;
        // Nobody has read it yet: then nobody has counted its pages.
        let seen = get(&app, &page, &cookie).await.text();
        assert!(!seen.contains("/pages"), "{seen}");
        catch_up(&app).await;

        let seen = get(&app, &page, &cookie).await.text();
        let img = format!(
            "<img src=\"{file}/pages/1\" alt=\"Page 1 of 1\" width=\"1200\" height=\"1553\""
        );
        assert!(seen.contains(&img), "{seen}");
        assert!(seen.contains("Fluent in Esperanto"), "its text stays");
        assert_eq!(made(&app), 0, "nothing is drawn until somebody looks");
        for _ in 0..2 {
            let drawn = get(&app, &format!("{file}/pages/1"), &cookie).await;
            assert_eq!(drawn.status, 200);
            assert_eq!(size_of(&drawn.bytes), (1200, 1553));
            let said = |name: &str| drawn.header(name).to_owned();
            assert_eq!(said("content-type"), "image/png");
            assert_eq!(said("x-content-type-options"), "nosniff");
            assert!(said("content-security-policy").contains("default-src 'none'"));
            assert!(said("cache-control").contains("no-store"));
            assert_eq!(made(&app), 1);
        }
        // From what is kept: a program that cannot draw shows it too.
        let unable = app.drawing(Path::new("/bin/false"));
        assert_eq!(
            get(&unable, &format!("{file}/pages/1"), &cookie)
                .await
                .status,
            200
        );

        let bad_page = format!("/desk/candidates/{}", bad.as_str().expect("an id"));
        let seen = get(&app, &bad_page, &cookie).await.text();
        assert!(seen.contains("Its pages cannot be shown"), "{seen}");
        let bad_file = file_of(&app, &bad).await;
        let seen = get(&app, &format!("{bad_file}/pages"), &cookie)
            .await
            .text();
        assert!(seen.contains("This file cannot be shown here"), "{seen}");
        let instead = get(&app, &format!("{bad_file}/pages/1"), &cookie).await;
        assert_eq!(instead.status, 422);
        assert!(
            instead.text().contains("cannot be shown"),
            "{}",
            instead.text()
        );

        for nowhere in [
            "/pages/0",
            "/pages/2",
            "/pages/21",
            "/pages/x",
            "/pages/-1",
            "/pages/1/2",
        ] {
            let reply = get(&app, &format!("{file}{nowhere}"), &cookie).await;
            assert_eq!(reply.status, 404, "{nowhere}");
        }
    });
}

#[test]
fn pages_are_shown_to_whom_the_file_is() {
    story(async |app: TestApp| {
        let app = app.drawing(program());
        let good = apply(&app, 1, &pdf(&page_of("x"), ""), "cv.pdf").await;
        let text = apply(&app, 2, b"plain text of a person", "cv.txt").await;
        let (file, other) = (file_of(&app, &good).await, file_of(&app, &text).await);
        let owner = session(&app, 1, Role::Owner).await;
        let stranger = session(&app, 2, Role::Owner).await;
        // She is assigned to no job of this person's.
        let interviewer = session(&app, 1, Role::Interviewer).await;
        for end in ["", "/pages", "/pages/1"] {
            let path = format!("{file}{end}");
            assert_eq!(get(&app, &path, &owner).await.status, 200, "{path}");
            for cookie in [&stranger, &interviewer] {
                assert_eq!(get(&app, &path, cookie).await.status, 404, "{path}");
            }
            assert_eq!(
                get(&app, &path, "muster_session=none").await.status,
                401,
                "{path}"
            );
        }
        for end in ["/pages", "/pages/1"] {
            let reply = get(&app, &format!("{other}{end}"), &owner).await;
            assert_eq!(reply.status, 404, "only a PDF has pages");
        }
    });
}

#[test]
fn what_could_not_be_drawn_is_tried_again_after_a_day() {
    story(async |app: TestApp| {
        let cookie = session(&app, 1, Role::Owner).await;
        let good = apply(&app, 1, &pdf(&page_of("x"), ""), "cv.pdf").await;
        catch_up(&app).await;
        let file = format!("{}/pages/1", file_of(&app, &good).await);
        // A program that says that each file is damaged.
        let unable = app.drawing(Path::new("/bin/false"));
        assert_eq!(get(&unable, &file, &cookie).await.status, 422);
        let able = app.drawing(program());
        assert_eq!(
            get(&able, &file, &cookie).await.status,
            422,
            "it is believed for a day"
        );
        app.clock.advance(86_400 * 1_000_000 + 1);
        let cookie = session(&app, 1, Role::Owner).await;
        assert_eq!(get(&able, &file, &cookie).await.status, 200);
    });
}

#[test]
fn many_who_look_at_once_all_see_it() {
    story(async |app: TestApp| {
        let app = app.drawing(program());
        let cookie = session(&app, 1, Role::Owner).await;
        let good = apply(&app, 1, &pdf(&page_of("x"), ""), "cv.pdf").await;
        let file = format!("{}/pages/1", file_of(&app, &good).await);
        let looks = (0..12).map(|_| {
            let (app, cookie, file) = (app.clone(), cookie.clone(), file.clone());
            tokio::spawn(async move { get(&app, &file, &cookie).await.status })
        });
        let looks: Vec<_> = looks.collect();
        for look in looks {
            assert_eq!(look.await.expect("an answer"), 200);
        }
        assert_eq!(made(&app), 1);
    });
}

#[test]
fn a_file_of_before_is_counted_when_somebody_looks() {
    story(async |app: TestApp| {
        let cookie = session(&app, 1, Role::Owner).await;
        let good = apply(&app, 1, &pdf(&page_of("x"), ""), "cv.pdf").await;
        catch_up(&app).await;
        // As a version that counted no pages left it.
        let forget = app.app.store.write(|tx| {
            tx.run(store::sql!("UPDATE extraction SET pages = NULL"), &[])?;
            Ok::<_, hiring::Problem>(())
        });
        forget.await.expect("forgotten");
        let app = app.drawing(program());
        let page = format!("/desk/candidates/{}", good.as_str().expect("an id"));
        let file = file_of(&app, &good).await;
        let seen = get(&app, &page, &cookie).await.text();
        assert!(
            seen.contains(&format!("<a href=\"{file}/pages\">")),
            "{seen}"
        );
        assert!(!seen.contains("<img src=\"/desk/files"), "{seen}");
        let seen = get(&app, &format!("{file}/pages"), &cookie).await.text();
        assert!(seen.contains("alt=\"Page 1 of 1\""), "{seen}");
        let seen = get(&app, &page, &cookie).await.text();
        assert!(seen.contains("alt=\"Page 1 of 1\""), "{seen}");
    });
}
