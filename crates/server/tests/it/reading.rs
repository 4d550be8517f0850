//! The text of files, hostile ones too: each in a process of its own, and whatever becomes of it, the person is there.

use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use extract::Reason;
use hiring::extraction::Format;
use hiring::search;
use serde_json::{Value, json};
use server::reading;
use testing::app::{TestApp, story};

/// The binary that reads.
pub(crate) fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_muster"))
}

fn read(format: Format, bytes: impl Into<Bytes>) -> Result<String, Reason> {
    reading::read(program(), format, bytes.into())
}

/// A PDF of these objects, the first of which is the catalog; streams with their lengths filled in.
pub(crate) fn pdf(objects: &[String], trailer: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (n, object) in objects.iter().enumerate() {
        places.push(out.len());
        writeln!(out, "{} 0 obj\n{object}\nendobj", n + 1).unwrap();
    }
    let start = out.len();
    writeln!(out, "xref\n0 {}\n0000000000 65535 f ", objects.len() + 1).unwrap();
    for place in places {
        writeln!(out, "{place:010} 00000 n ").unwrap();
    }
    let size = objects.len() + 1;
    writeln!(
        out,
        "trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF"
    )
    .unwrap();
    out
}

pub(crate) fn page_of(text: &str) -> Vec<String> {
    let content = format!("BT /F1 12 Tf 72 700 Td ({text}) Tj ET");
    vec![
        "<< /Type /Catalog /Pages 2 0 R >>".into(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".into(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".into(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".into(),
    ]
}

/// A zip archive of parts that are stored as they are, or said to be so many bytes when unpacked.
fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in parts {
        let place = out.len() as u32;
        let (packed, crc) = (deflated(content), crc32(content));
        let mut common = Vec::new();
        common.extend(20u16.to_le_bytes());
        common.extend(0u16.to_le_bytes());
        common.extend(8u16.to_le_bytes());
        common.extend(0u32.to_le_bytes());
        common.extend(crc.to_le_bytes());
        common.extend((packed.len() as u32).to_le_bytes());
        common.extend((content.len() as u32).to_le_bytes());
        common.extend((name.len() as u16).to_le_bytes());
        common.extend(0u16.to_le_bytes());
        out.extend(0x0403_4b50u32.to_le_bytes());
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend(&packed);
        directory.extend(0x0201_4b50u32.to_le_bytes());
        directory.extend(20u16.to_le_bytes());
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(place.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = out.len() as u32;
    out.extend(&directory);
    out.extend(0x0605_4b50u32.to_le_bytes());
    out.extend(0u32.to_le_bytes());
    out.extend((parts.len() as u16).to_le_bytes());
    out.extend((parts.len() as u16).to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend(0u16.to_le_bytes());
    out
}

/// A deflate stream: a run of one byte as one block of references to itself, anything else stored.
pub(crate) fn deflated(content: &[u8]) -> Vec<u8> {
    let is_run = content.len() > 100_000 && content.iter().all(|b| *b == content[0]);
    if is_run {
        return run(content[0], content.len());
    }
    let mut out = Vec::new();
    let mut chunks = content.chunks(0xffff).peekable();
    if content.is_empty() {
        out.extend([1, 0, 0, 0xff, 0xff]);
    }
    while let Some(chunk) = chunks.next() {
        out.push(u8::from(chunks.peek().is_none()));
        out.extend((chunk.len() as u16).to_le_bytes());
        out.extend((!(chunk.len() as u16)).to_le_bytes());
        out.extend(chunk);
    }
    out
}

/// `n` times the same byte with fixed codes: a literal, then matches of 258 bytes at distance 1, three bytes for each 258.
fn run(byte: u8, n: usize) -> Vec<u8> {
    struct Bits(Vec<u8>, u32, u32);
    impl Bits {
        fn put(&mut self, value: u32, count: u32) {
            for at in 0..count {
                self.1 |= ((value >> at) & 1) << self.2;
                self.2 += 1;
                if self.2 == 8 {
                    self.0.push(self.1 as u8);
                    (self.1, self.2) = (0, 0);
                }
            }
        }
        /// Codes are written from their highest bit.
        fn code(&mut self, value: u32, count: u32) {
            for at in (0..count).rev() {
                self.put((value >> at) & 1, 1);
            }
        }
    }
    assert!(byte < 144);
    let mut bits = Bits(Vec::new(), 0, 0);
    bits.put(1, 1);
    bits.put(1, 2);
    bits.code(0x30 + u32::from(byte), 8);
    let (matches, rest) = ((n - 1) / 258, (n - 1) % 258);
    for _ in 0..matches {
        bits.code(0xc0 + 285 - 280, 8);
        bits.code(0, 5);
    }
    for _ in 0..rest {
        bits.code(0x30 + u32::from(byte), 8);
    }
    bits.code(0, 7);
    bits.put(0, 7);
    bits.0
}

fn crc32(content: &[u8]) -> u32 {
    let mut crc = !0u32;
    for byte in content {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xedb8_8320
            } else {
                crc >> 1
            };
        }
    }
    !crc
}

fn docx(document: &str) -> Vec<u8> {
    zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", document.as_bytes()),
    ])
}

#[test]
fn the_text_of_honest_files_is_read() {
    let text = read(Format::Pdf, pdf(&page_of("I know Haskell"), "")).expect("a text");
    assert!(text.contains("I know Haskell"), "{text:?}");
    let word = docx(
        "<w:document><w:body><w:p><w:r><w:t>Grace &amp; Hopper</w:t></w:r><w:r><w:tab/><w:t>COBOL&#33;</w:t></w:r></w:p>\
         <w:p><w:r><w:t>Navy</w:t></w:r></w:p><w:instrText>hidden</w:instrText></w:body></w:document>",
    );
    assert_eq!(
        read(Format::Docx, word),
        Ok("Grace & Hopper\tCOBOL!\nNavy\n".to_owned())
    );
    assert_eq!(read(Format::Text, "plain"), Ok("plain".to_owned()));
}

#[test]
fn hostile_files_end_in_no_text_and_a_reason() {
    let mut many = vec!["<< /Type /Catalog /Pages 2 0 R >>".to_owned()];
    let kids: String = (0..100_000).map(|_| "3 0 R ").collect();
    many.push(format!("<< /Type /Pages /Kids [{kids}] /Count 100000 >>"));
    many.push("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>".to_owned());
    let mut circle = page_of("x");
    circle[1] = "<< /Type /Pages /Kids [2 0 R] /Count 1 >>".to_owned();
    let locked = "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O (12345678901234567890123456789012) \
                  /U (12345678901234567890123456789012) >> /ID [(a) (a)]";
    let bomb = vec![b'A'; 50 << 20];
    let deep = format!("<w:document>{}", "<w:p>".repeat(200_000));
    let entities = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><w:document><w:t>&b;</w:t></w:document>";
    let nested = format!("%PDF-1.4\n1 0 obj\n{}\nendobj\n", "[".repeat(200_000));
    for (what, format, bytes, allowed) in [
        (
            "a hundred thousand pages",
            Format::Pdf,
            pdf(&many, ""),
            &[Reason::Empty, Reason::TooLong, Reason::Damaged][..],
        ),
        (
            "pages in a circle",
            Format::Pdf,
            pdf(&circle, ""),
            &[Reason::Damaged, Reason::Empty, Reason::TooLong],
        ),
        (
            "a password",
            Format::Pdf,
            pdf(&page_of("secret"), locked),
            &[Reason::Encrypted],
        ),
        (
            "brackets",
            Format::Pdf,
            nested.into_bytes(),
            &[Reason::Damaged, Reason::TooLong],
        ),
        (
            "cut short",
            Format::Pdf,
            pdf(&page_of("x"), "")[..60].to_vec(),
            &[Reason::Damaged],
        ),
        (
            "no PDF",
            Format::Pdf,
            b"%PDF-1.7\n\0\xff".to_vec(),
            &[Reason::Damaged],
        ),
        (
            "a bomb",
            Format::Docx,
            zipped(&[("word/document.xml", &bomb)]),
            &[Reason::TooLarge, Reason::Damaged],
        ),
        (
            "another zip",
            Format::Docx,
            zipped(&[("x", b"y")]),
            &[Reason::Damaged],
        ),
        (
            "no zip",
            Format::Docx,
            b"PK\x03\x04nothing".to_vec(),
            &[Reason::Damaged],
        ),
        (
            "no words",
            Format::Docx,
            docx(&deep),
            &[Reason::Empty, Reason::Damaged],
        ),
        (
            "entities",
            Format::Docx,
            docx(entities),
            &[Reason::Empty, Reason::Damaged],
        ),
        ("nothing", Format::Text, Vec::new(), &[Reason::Empty]),
    ] {
        let why = read(format, bytes).expect_err(what);
        assert!(allowed.contains(&why), "{what}: {why:?}");
    }
}

#[test]
fn whoever_reads_has_nothing_of_ours_and_writes_no_file() {
    // `/proc/self` of the process that reads: its environment is empty, so no key can be in it.
    let folder = tempfile::tempdir().expect("a folder");
    let spy = folder.path().join("spy");
    std::fs::write(&spy, "#!/bin/sh\n/usr/bin/env; pwd\n").expect("a program");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&spy, mode).expect("may run");
    let seen = reading::read(&spy, Format::Text, Bytes::from_static(b"x")).expect("ran");
    assert!(
        !seen.contains("PATH=/") && !seen.contains("MUSTER") && !seen.contains("HOME"),
        "{seen}"
    );
    assert!(seen.lines().any(|line| line == "/"), "{seen}");
}

pub(crate) async fn apply(app: &TestApp, n: u64, bytes: &[u8], name: &str) -> Value {
    let body = json!({"name": format!("Person {n}"), "emails": [format!("p{n}@x.org")],
        "files": [{"name": name, "kind": "resume", "content": STANDARD.encode(bytes)}]});
    let call = app.call("native", "POST", "/api/v1/candidates").json(&body);
    let reply = app.send(&call).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.json()["candidate"]["id"].clone()
}

/// Indexes and reads whatever there is.
pub(crate) async fn catch_up(app: &TestApp) {
    app.settled().await;
    for _ in 0..50 {
        while app.app.store.write(search::step).await.expect("a slice") > 0 {}
        if !reading::next(&app.app, program()).await.expect("read") {
            return;
        }
    }
    panic!("there is no end to reading");
}

#[test]
fn people_are_found_by_what_their_files_say_and_bad_files_cost_nobody_anything() {
    story(async |app: TestApp| {
        let good = apply(&app, 1, &pdf(&page_of("Fluent in Esperanto"), ""), "cv.pdf").await;
        let bad = apply(&app, 2, b"%PDF-1.7\n\0\xff", "cv.pdf").await;
        let odd = apply(&app, 3, b"\x89PNG\r\n\x1a\n0000", "face.png").await;
        catch_up(&app).await;
        let found = app.native("/candidates?q=esperanto").await;
        assert_eq!(found["data"].as_array().map(Vec::len), Some(1));
        assert_eq!(
            (&found["data"][0]["id"], &found["next"]),
            (&good, &Value::Null)
        );
        for (id, state) in [(&good, "done"), (&bad, "none"), (&odd, "none")] {
            let person = app
                .native(&format!("/candidates/{}", id.as_str().unwrap()))
                .await;
            let file = &person["attachments"][0];
            assert_eq!(file["text_state"], json!(state), "{file}");
            assert_eq!(file["text_reason"].is_string(), state == "none", "{file}");
        }
        let pages = app.native("/candidates?q=person&limit=2").await;
        let next = pages["next"].as_str().expect("another page").to_owned();
        let rest = app
            .native(&format!("/candidates?q=person&limit=2&after={next}"))
            .await;
        assert_eq!(
            (
                pages["data"].as_array().unwrap().len(),
                rest["data"].as_array().unwrap().len()
            ),
            (2, 1)
        );
        let theirs = app
            .send(&app.call_of_other("native", "GET", "/api/v1/candidates?q=esperanto"))
            .await;
        assert_eq!(theirs.json()["data"], json!([]));
        for bad in [
            "q=x&email=a@x.org",
            "q=x&after=zz",
            &format!("q={}", "x".repeat(501)),
        ] {
            let reply = app
                .send(&app.call("native", "GET", &format!("/api/v1/candidates?{bad}")))
                .await;
            assert_eq!(reply.status, 400, "{bad}");
        }
    });
}
