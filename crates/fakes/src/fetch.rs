//! Files that are named by an address: some vendors take no bytes and fetch them. A fake does so too, from `http:` addresses
//! alone (it runs beside what it tests), in one plain HTTP/1.0 request. Whoever has the file may be down just then: so what
//! did not come at once is tried again for ten minutes, after the answer, as those do who fetch behind their answer.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use crate::books::Upload;
use crate::house::House;

/// How long a fetch may take.
const WHOLE: Duration = Duration::from_secs(3);
/// Between two tries, and how many there are after the first.
const PAUSE: Duration = Duration::from_millis(250);
const TRIES: usize = 2_400;
/// Bytes that are taken at most.
const MOST: u64 = 64 << 20;

/// Fetches `url`; what did not come is kept as an address without content, until it comes.
pub(crate) async fn fetch(house: &House, kind: &str, url: &str, name: Option<&str>) -> Upload {
    let parsed = Url::parse(url).ok().filter(|at| at.scheme() == "http");
    let last = parsed.as_ref().and_then(|u| u.path_segments()?.next_back());
    let name = name.or(last).unwrap_or("file").to_owned();
    let got = match &parsed {
        Some(at) => tried(at).await,
        None => None,
    };
    if let (None, Some(at)) = (&got, parsed) {
        tokio::spawn(again(house.clone(), house.fetches(), at, url.to_owned()));
    }
    let upload = match got {
        Some((media_type, bytes)) => Upload::of(kind, &name, &media_type, &bytes),
        None => Upload {
            name,
            kind: kind.to_owned(),
            ..Upload::default()
        },
    };
    Upload {
        url: Some(url.to_owned()),
        ..upload
    }
}

async fn tried(at: &Url) -> Option<(String, Vec<u8>)> {
    tokio::time::timeout(WHOLE, get(at)).await.ok().flatten()
}

/// Until it comes, or has not come for too long.
async fn again(house: House, _counts: Arc<()>, at: Url, url: String) {
    for _ in 0..TRIES {
        tokio::time::sleep(PAUSE).await;
        if let Some((media_type, bytes)) = tried(&at).await {
            let came = Upload::of("", "", &media_type, &bytes);
            house.books().came(&url, &came);
            return;
        }
    }
}

async fn get(url: &Url) -> Option<(String, Vec<u8>)> {
    let host = url.host_str()?;
    let port = url.port_or_known_default()?;
    let mut stream = TcpStream::connect((host.trim_matches(['[', ']']), port))
        .await
        .ok()?;
    let query = url.query().map(|q| format!("?{q}")).unwrap_or_default();
    let path = url.path();
    let asked = format!("GET {path}{query} HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n");
    stream.write_all(asked.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    stream.take(MOST).read_to_end(&mut answer).await.ok()?;
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.lines();
    if lines.next()?.split(' ').nth(1) != Some("200") {
        return None;
    }
    let header = |wanted: &str| {
        let mut all = head.lines().filter_map(|l| l.split_once(':'));
        let found = all.find(|(n, _)| n.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.trim().to_owned())
    };
    let body = answer.split_off(end + 4);
    // A shorter body than was promised is a connection that broke.
    let whole = header("content-length").is_none_or(|l| l == body.len().to_string());
    let media_type = header("content-type").unwrap_or_default();
    whole.then_some((media_type, body))
}
