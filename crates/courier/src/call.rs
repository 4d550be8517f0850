//! One HTTP call to an address that somebody else named; fetching files, carrying to other systems and webhooks share it.
//!
//! The name is looked up here, once; every address it has is judged by [`guard`](crate::guard), and the connection knows no
//! others. There is no proxy, no redirect, no cookie, no repetition and no second use of a connection by which it could come
//! to another place or be done twice.
//!
//! # What a failure says
//! Whoever carries must know whether the far side may have done it. [`Missed::NotSent`]: not one byte of the request left
//! us, and it can be repeated. [`Missed::Unanswered`]: it went out, at least in part, and no whole answer came.

use std::error::Error;
use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::ACCEPT_ENCODING;
use reqwest::{Response, redirect, retry};
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::oneshot;
use url::{Host, Url};

use crate::guard::Guard;

pub use reqwest::Method;

/// How long a call may take, and how much may come back.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For looking up the name; the same again for connecting, encryption included.
    pub connect: Duration,
    /// For everything from looking up the name to the last byte.
    pub whole: Duration,
    /// Bytes of an answer's body.
    pub answer: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connect: Duration::from_secs(10),
            whole: Duration::from_secs(60),
            answer: 1 << 20,
        }
    }
}

/// Makes calls within the limits, to whom the guard permits. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    guard: Guard,
    limits: Limits,
    tls: Arc<ClientConfig>,
}

/// A request.
#[derive(Clone)]
pub struct Call {
    /// Its method.
    pub method: Method,
    /// The whole address.
    pub url: String,
    /// Besides Host, Content-Length, User-Agent and Accept-Encoding.
    pub headers: Vec<(String, String)>,
    /// What is sent; empty: nothing.
    pub body: Vec<u8>,
}

/// Addresses, headers and bodies are somebody's.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} bytes", self.method, self.body.len())
    }
}

/// An answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status. A redirect is an answer like any other: nobody follows it.
    pub status: u16,
    /// Names in lower case, in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// At most [`Limits::answer`] bytes.
    pub body: Vec<u8>,
    /// Whether that is all of it; `false`: the rest was more than we take.
    pub is_whole: bool,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} bytes", self.status, self.body.len())
    }
}

impl Answer {
    /// The first header of this name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missed {
    /// Nothing of the request was sent.
    NotSent(Trouble),
    /// The request was sent, at least in part.
    Unanswered(Trouble),
}

impl Missed {
    /// What was in the way.
    pub fn trouble(self) -> Trouble {
        match self {
            Missed::NotSent(trouble) | Missed::Unanswered(trouble) => trouble,
        }
    }
}

/// What was in the way: a closed list, in words that never hold the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Not a URL of `http` or `https`, or a header that is none.
    NotAnAddress,
    /// The URL holds a user name or a password.
    Credentials,
    /// The host's address is private, loopback, link-local… and not allowed by the operator.
    NotPublic,
    /// No address for the host's name.
    UnknownHost,
    /// No connection, or one that ended before the answer's head.
    Unreachable,
    /// The server's certificate or its TLS is no good.
    Tls,
    /// Not done within this time.
    TooSlow(Duration),
    /// The connection ended within the answer.
    CutShort,
}

impl Trouble {
    /// Whether another attempt may do better without anybody changing anything.
    pub fn may_pass(self) -> bool {
        match self {
            Trouble::UnknownHost
            | Trouble::Unreachable
            | Trouble::Tls
            | Trouble::TooSlow(_)
            | Trouble::CutShort => true,
            Trouble::NotAnAddress | Trouble::Credentials | Trouble::NotPublic => false,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::NotAnAddress => f.write_str("the address is no http or https address"),
            Trouble::Credentials => f.write_str("the address holds a user name or a password"),
            Trouble::NotPublic => f.write_str("the address lies in a network that is not called"),
            Trouble::UnknownHost => f.write_str("there is no address for the host's name"),
            Trouble::Unreachable => f.write_str("no connection, or it ended before the answer"),
            Trouble::Tls => f.write_str("the certificate or the encryption is no good"),
            Trouble::TooSlow(time) => write!(f, "no answer within {} seconds", time.as_secs()),
            Trouble::CutShort => f.write_str("the connection ended within the answer"),
        }
    }
}

impl Client {
    /// Reads the machine's certificates of authorities; blocks for some ms.
    pub fn new(guard: Guard, limits: Limits) -> Client {
        Client {
            guard,
            limits,
            tls: Arc::new(tls()),
        }
    }

    /// The same with other limits.
    pub fn within(&self, limits: Limits) -> Client {
        Client {
            limits,
            ..self.clone()
        }
    }

    /// Makes the call.
    ///
    /// # Errors
    /// See [`Missed`].
    pub async fn call(&self, call: Call) -> Result<Answer, Missed> {
        let late = Missed::Unanswered(Trouble::TooSlow(self.limits.whole));
        let whole = async {
            let opened = self.open(call).await?;
            let (status, headers) = (opened.status().as_u16(), headers(&opened));
            let cut = |_| Missed::Unanswered(Trouble::CutShort);
            let (body, is_whole) = read(opened, self.limits.answer).await.map_err(cut)?;
            Ok(Answer {
                status,
                headers,
                body,
                is_whole,
            })
        };
        let ended = tokio::time::timeout(self.limits.whole, whole).await;
        ended.unwrap_or(Err(late))
    }

    /// Sends the request and reads the answer's head. Nothing ends it but the limit for connecting.
    pub(crate) async fn open(&self, call: Call) -> Result<Response, Missed> {
        let not_sent = Missed::NotSent;
        let url = parse(&call.url).map_err(not_sent)?;
        let connect = self.limits.connect;
        let late = Err(Trouble::TooSlow(connect));
        let found = tokio::time::timeout(connect, look_up(&url)).await;
        let addresses = found.unwrap_or(late).map_err(not_sent)?;
        if !self.guard.permits_all(&addresses) {
            return Err(not_sent(Trouble::NotPublic));
        }
        let client = self.pinned_to(addresses)?;
        let mut request = client.request(call.method, url);
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        if !call.body.is_empty() {
            request = request.body(call.body);
        }
        // A small answer could unpack to a huge one; and bytes are kept as they come.
        let request = request.header(ACCEPT_ENCODING, "identity");
        request.send().await.map_err(|e| why(&e, connect))
    }

    fn pinned_to(&self, addresses: Vec<SocketAddr>) -> Result<reqwest::Client, Missed> {
        reqwest::Client::builder()
            .dns_resolver(Arc::new(Pinned(addresses)))
            .tls_backend_preconfigured(ClientConfig::clone(&self.tls))
            .connect_timeout(self.limits.connect)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .referer(false)
            .pool_max_idle_per_host(0)
            .http1_only()
            .user_agent(concat!("Muster/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| why(&e, self.limits.connect))
    }
}

/// At most `most` bytes of the body, and whether that is all of it.
pub(crate) async fn read(mut answer: Response, most: u64) -> reqwest::Result<(Vec<u8>, bool)> {
    // Only a hint: what counts is what comes.
    if answer.content_length().is_some_and(|n| n > most) {
        return Ok((Vec::new(), false));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if (bytes.len() + chunk.len()) as u64 > most {
            let room = most as usize - bytes.len();
            bytes.extend_from_slice(&chunk[..room]);
            return Ok((bytes, false));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((bytes, true))
}

fn headers(answer: &Response) -> Vec<(String, String)> {
    let all = answer.headers().iter();
    let text = |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    };
    all.map(text).collect()
}

/// Answers any name with the addresses that were judged.
struct Pinned(Vec<SocketAddr>);

impl Resolve for Pinned {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(self.0.clone().into_iter());
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

/// A web address that may be called, as far as its text tells.
///
/// # Errors
/// What is wrong with it.
pub fn parse(address: &str) -> Result<Url, Trouble> {
    let url = Url::parse(address.trim()).map_err(|_| Trouble::NotAnAddress)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Trouble::NotAnAddress);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Trouble::Credentials);
    }
    Ok(url)
}

/// The addresses of the URL's host, at least one.
async fn look_up(url: &Url) -> Result<Vec<SocketAddr>, Trouble> {
    let port = url.port_or_known_default().ok_or(Trouble::NotAnAddress)?;
    let name = match url.host() {
        Some(Host::Ipv4(v4)) => return Ok(vec![(v4, port).into()]),
        Some(Host::Ipv6(v6)) => return Ok(vec![(v6, port).into()]),
        Some(Host::Domain(name)) => name.to_owned(),
        None => return Err(Trouble::NotAnAddress),
    };
    let (tell, told) = oneshot::channel();
    // A thread of its own rather than one of the runtime's: a look-up can hang for half a minute, nothing can stop it,
    // and the end of the program would wait for the runtime's.
    let asked = std::thread::Builder::new().spawn(move || {
        let found = (name.as_str(), port).to_socket_addrs();
        let _ = tell.send(found.map(Iterator::collect::<Vec<_>>));
    });
    asked.map_err(|_| Trouble::UnknownHost)?;
    match told.await {
        Ok(Ok(found)) if !found.is_empty() => Ok(found),
        _ => Err(Trouble::UnknownHost),
    }
}

/// Why no answer came.
fn why(error: &reqwest::Error, connect: Duration) -> Missed {
    if error.is_builder() {
        // The host is one for a URL and none for HTTP, or a header has letters that are no header's.
        return Missed::NotSent(Trouble::NotAnAddress);
    }
    if error.is_connect() {
        return Missed::NotSent(match (is_tls(error), error.is_timeout()) {
            (true, _) => Trouble::Tls,
            (_, true) => Trouble::TooSlow(connect),
            _ => Trouble::Unreachable,
        });
    }
    // There was a connection, and nobody knows how much of the request went out on it.
    Missed::Unanswered(match is_tls(error) {
        true => Trouble::Tls,
        false => Trouble::Unreachable,
    })
}

fn is_tls(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<rustls::Error>() {
            return true;
        }
        // `source` of such an error leaves out the very one it was made of.
        let within = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        next = match within {
            Some(within) => Some(within),
            None => error.source(),
        };
    }
    false
}

fn tls() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        tracing::warn!(
            "this machine has no certificates of authorities: calls to https addresses will fail"
        );
    }
    // Named here, so that it does not matter what else in the program speaks TLS.
    ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider speaks the usual versions")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_web_addresses_are_called() {
        for (address, why) in [
            ("", Trouble::NotAnAddress),
            ("cv.pdf", Trouble::NotAnAddress),
            ("ftp://a.example/cv", Trouble::NotAnAddress),
            ("file:///etc/passwd", Trouble::NotAnAddress),
            ("http://", Trouble::NotAnAddress),
            ("http://[fe80::1%25eth0]/", Trouble::NotAnAddress),
            ("https://me@a.example/", Trouble::Credentials),
            ("https://:secret@a.example/", Trouble::Credentials),
        ] {
            assert_eq!(parse(address), Err(why), "{address}");
        }
        assert!(parse(" https://a.example:8443/cv?x#y ").is_ok());
    }
}
