//! The real program while somebody applies: the connection is cut within a file, the program is killed between saving and
//! sending and right after sending; nothing is lost, and the link's token stands in no log.

use testing::app::{Call, Reply};
use testing::{Engine, Place};

use crate::binary::{DEMO, Muster, muster, until};

const BOUNDARY: &str = "----muster-kill";

fn call(method: &str, path: &str) -> Call {
    Call {
        method: method.into(),
        path: path.into(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

/// Starts, logging as much as it can.
fn start(place: &Place) -> Muster {
    let mut command = muster(place, &DEMO);
    Muster::start(place, command.env("MUSTER_LOG", "trace"))
}

fn send(server: &Muster, call: &Call) -> Reply {
    server.client().send(call).expect("an answer")
}

fn form(page: &str, link: &str, inputs: &[(&str, &str)]) -> Call {
    let mark = "name=\"csrf\" value=\"";
    let (_, rest) = page.split_once(mark).expect("a form");
    let csrf = rest.split('"').next().expect("a value");
    let mut body = String::new();
    for (name, value) in [("csrf", csrf)].iter().chain(inputs) {
        body.push_str(&format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    body.push_str(&format!("--{BOUNDARY}--\r\n"));
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    call("POST", link)
        .header("Content-Type", &kind)
        .bytes(body.into_bytes())
}

fn offset(server: &Muster, path: &str) -> usize {
    let head = send(server, &call("HEAD", path).header("Tus-Resumable", "1.0.0"));
    assert_eq!(head.status, 200);
    head.header("upload-offset").parse().expect("a number")
}

fn tell(engine: Engine) {
    let place = Place::new(engine);
    let server = start(&place);
    let said = server.said();
    let url = said["apply"]["job_url"].as_str().expect("a public page");
    let public = url.strip_prefix(&server.url()).expect("ours").to_owned();
    let link = send(&server, &call("POST", &public))
        .header("location")
        .to_owned();
    let token = link.rsplit('/').next().expect("a token").to_owned();
    let page = send(&server, &call("GET", &link)).text();
    let inputs = [
        ("name", "Ada"),
        ("email", "ada@example.org"),
        ("a.phone", "12345"),
        ("do", "save"),
    ];
    assert_eq!(send(&server, &form(&page, &link, &inputs)).status, 303);

    // A file whose connection is cut within a piece: what had arrived is durable.
    let whole: Vec<u8> = (0..6_000_000u32).map(|n| (n * 7 % 253) as u8).collect();
    let begin = call("POST", &format!("{link}/uploads"))
        .header("Tus-Resumable", "1.0.0")
        .header("Upload-Length", &whole.len().to_string())
        .header("Upload-Metadata", "filename Y3YucGRm,field cmVzdW1l");
    let begun = send(&server, &begin);
    assert_eq!(begun.status, 201, "{}", begun.text());
    let path = begun.header("location").to_owned();
    let mut client = server.client();
    let head = format!(
        "PATCH {path} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n\
         Content-Type: application/offset+octet-stream\r\nContent-Length: {}\r\n\r\n",
        whole.len()
    );
    client.write(head.as_bytes()).expect("a head");
    client.write(&whole[..3_500_000]).expect("more than half");
    drop(client);
    until("what arrived is durable", || {
        (offset(&server, &path) >= 3_500_000).then_some(())
    });
    server.kill();

    let server = start(&place);
    assert_eq!(offset(&server, &path), 3_500_000);
    let rest = call("PATCH", &path)
        .header("Tus-Resumable", "1.0.0")
        .header("Upload-Offset", "3500000")
        .header("Content-Type", "application/offset+octet-stream")
        .bytes(&whole[3_500_000..]);
    assert_eq!(send(&server, &rest).status, 204);
    server.kill();

    let server = start(&place);
    let page = send(&server, &call("GET", &link)).text();
    assert!(
        page.contains("value=\"12345\"") && page.contains("<strong>cv.pdf</strong>"),
        "{page}"
    );
    let sent = send(&server, &form(&page, &link, &[("do", "submit")]));
    assert_eq!(sent.status, 303, "{}", sent.text());
    server.kill();

    let server = start(&place);
    let receipt = send(&server, &call("GET", &link)).text();
    assert!(receipt.contains("has been received"), "{receipt}");
    assert!(send(&server, &call("GET", &format!("{link}?file=0"))).bytes == whole);
    send(&server, &call("GET", "/apply/a-guess-of-somebody"));
    let log = std::fs::read_to_string(&server.errors).expect("a log");
    assert!(log.contains("/apply/{token}/uploads/{upload}"), "{log}");
    for secret in [
        token.as_str(),
        "a-guess-of-somebody",
        "ada@example.org",
        "cv.pdf",
    ] {
        assert!(!log.contains(secret), "{secret} stands in the log");
    }
}

#[test]
fn a_cut_and_three_kills_lose_no_applicant_on_sqlite() {
    tell(Engine::Sqlite);
}

#[test]
fn a_cut_and_three_kills_lose_no_applicant_on_postgres() {
    tell(Engine::Postgres);
}
