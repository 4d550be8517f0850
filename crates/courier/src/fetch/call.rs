//! One call: from the address a caller wrote to the bytes that lie there.
//!
//! The name is looked up here, once; every address it has is judged, and the connection knows no others. There is no
//! proxy, no redirect, no cookie and no second use of a connection by which it could come to another place.

use std::error::Error;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use hiring::fetch::Failure;
use percent_encoding::percent_decode_str;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::ACCEPT_ENCODING;
use reqwest::{Response, redirect, retry};
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::oneshot;
use url::{Host, Url};

use super::Settings;
use crate::guard::Guard;

/// Bytes of a name taken from an address.
const LONGEST_NAME: usize = 200;

/// Makes calls within the limits, to whom the guard permits.
pub(super) struct Client {
    guard: Guard,
    connect: Duration,
    whole: Duration,
    size: u64,
    tls: ClientConfig,
}

impl Client {
    /// Reads the machine's certificates of authorities; blocks for some ms.
    pub(super) fn new(settings: &Settings) -> Client {
        let limits = &settings.limits;
        Client {
            guard: settings.guard.clone(),
            connect: limits.connect,
            whole: limits.whole,
            size: limits.size,
            tls: tls(),
        }
    }

    /// The bytes at `address`.
    pub(super) async fn get(&self, address: &str) -> Result<Vec<u8>, Failure> {
        tokio::time::timeout(self.whole, self.get_in_time(address))
            .await
            .unwrap_or(Err(Failure::TooSlow(self.whole)))
    }

    async fn get_in_time(&self, address: &str) -> Result<Vec<u8>, Failure> {
        let url = parse(address)?;
        let addresses = look_up(&url).await?;
        if !self.guard.permits_all(&addresses) {
            return Err(Failure::NotPublic);
        }
        let request = self.pinned_to(addresses)?.get(url);
        // A small answer could unpack to a huge one; and the bytes are kept as they come.
        let request = request.header(ACCEPT_ENCODING, "identity");
        let answer = request.send().await.map_err(|e| why(&e))?;
        match answer.status().as_u16() {
            200 => self.read(answer).await,
            300..=399 => Err(Failure::Redirect),
            other => Err(Failure::Status(other)),
        }
    }

    fn pinned_to(&self, addresses: Vec<SocketAddr>) -> Result<reqwest::Client, Failure> {
        reqwest::Client::builder()
            .dns_resolver(Arc::new(Pinned(addresses)))
            .tls_backend_preconfigured(self.tls.clone())
            .connect_timeout(self.connect)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .referer(false)
            .pool_max_idle_per_host(0)
            .http1_only()
            .user_agent(concat!("Muster/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| why(&e))
    }

    async fn read(&self, mut answer: Response) -> Result<Vec<u8>, Failure> {
        let too_large = Failure::TooLarge(self.size);
        // Only a hint: what counts is what comes.
        if answer.content_length().is_some_and(|n| n > self.size) {
            return Err(too_large);
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|_| Failure::CutShort)? {
            if (bytes.len() + chunk.len()) as u64 > self.size {
                return Err(too_large);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

/// Answers any name with the addresses that were judged.
struct Pinned(Vec<SocketAddr>);

impl Resolve for Pinned {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(self.0.clone().into_iter());
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

fn parse(address: &str) -> Result<Url, Failure> {
    let url = Url::parse(address.trim()).map_err(|_| Failure::NotAnAddress)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Failure::NotAnAddress);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Failure::Credentials);
    }
    Ok(url)
}

/// The addresses of the URL's host, at least one.
async fn look_up(url: &Url) -> Result<Vec<SocketAddr>, Failure> {
    let port = url.port_or_known_default().ok_or(Failure::NotAnAddress)?;
    let name = match url.host() {
        Some(Host::Ipv4(v4)) => return Ok(vec![(v4, port).into()]),
        Some(Host::Ipv6(v6)) => return Ok(vec![(v6, port).into()]),
        Some(Host::Domain(name)) => name.to_owned(),
        None => return Err(Failure::NotAnAddress),
    };
    let (tell, told) = oneshot::channel();
    // A thread of its own rather than one of the runtime's: a look-up can hang for half a minute, nothing can stop it,
    // and the end of the program would wait for the runtime's.
    let asked = std::thread::Builder::new().spawn(move || {
        let found = (name.as_str(), port).to_socket_addrs();
        let _ = tell.send(found.map(Iterator::collect::<Vec<_>>));
    });
    asked.map_err(|_| Failure::UnknownHost)?;
    match told.await {
        Ok(Ok(found)) if !found.is_empty() => Ok(found),
        _ => Err(Failure::UnknownHost),
    }
}

/// Why no answer came.
fn why(error: &reqwest::Error) -> Failure {
    if error.is_builder() {
        // The host is one for a URL and none for HTTP.
        return Failure::NotAnAddress;
    }
    match is_tls(error) {
        true => Failure::Tls,
        false => Failure::Unreachable,
    }
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
            "this machine has no certificates of authorities: files at https addresses will not come"
        );
    }
    // Named here, so that it does not matter what else in the program speaks TLS.
    ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider speaks the usual versions")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// What a file at `address` may be called: the last part of its path, or nothing.
pub(super) fn name_in(address: &str) -> String {
    let url = Url::parse(address.trim()).ok();
    let last = url
        .as_ref()
        .and_then(|url| url.path_segments()?.next_back());
    let decoded = percent_decode_str(last.unwrap_or_default()).decode_utf8_lossy();
    // A name is one line and no path.
    let plain = decoded
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '/' | '\\'));
    let name: String = plain.collect();
    let name = name.trim();
    // Cut at the front, as the end says what kind of file it is.
    let mut from = name.len().saturating_sub(LONGEST_NAME);
    while !name.is_char_boundary(from) {
        from += 1;
    }
    name[from..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_end_of_the_path() {
        for (address, name) in [
            ("https://a.example/x/cv.pdf?token=1#2", "cv.pdf"),
            ("https://a.example/C%C3%A9line%20CV.pdf", "Céline CV.pdf"),
            ("https://a.example/..%2F..%2Fetc%2Fpasswd", "....etcpasswd"),
            ("https://a.example/a%00b%0A.pdf", "ab.pdf"),
            ("https://a.example/%FF.pdf", "\u{fffd}.pdf"),
            ("https://a.example/files/", ""),
            ("https://a.example", ""),
            ("nothing", ""),
        ] {
            assert_eq!(name_in(address), name, "{address}");
        }
        let long = name_in(&format!("https://a.example/{}.pdf", "ü".repeat(300)));
        assert!(
            long.len() <= LONGEST_NAME && long.ends_with("ü.pdf"),
            "{long}"
        );
    }

    #[test]
    fn only_plain_web_addresses_are_called() {
        for (address, why) in [
            ("", Failure::NotAnAddress),
            ("cv.pdf", Failure::NotAnAddress),
            ("ftp://a.example/cv", Failure::NotAnAddress),
            ("file:///etc/passwd", Failure::NotAnAddress),
            ("http://", Failure::NotAnAddress),
            ("http://[fe80::1%25eth0]/", Failure::NotAnAddress),
            ("https://me@a.example/", Failure::Credentials),
            ("https://:secret@a.example/", Failure::Credentials),
        ] {
            assert_eq!(parse(address), Err(why), "{address}");
        }
        assert!(parse(" https://a.example:8443/cv?x#y ").is_ok());
    }
}
