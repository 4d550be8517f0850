//! How often one may try from one place: guesses at links, beginnings on public pages, mails. Counted in this process.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use axum::http::{Extensions, HeaderMap};

/// From where a connection came; whoever serves puts it into a request's extensions.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// Places remembered at once.
const REMEMBERED: usize = 50_000;

/// So many tries within so long, for each key.
pub(crate) struct Crowd {
    most: u32,
    window: Duration,
    tries: Mutex<HashMap<String, (Instant, u32)>>,
}

impl Crowd {
    pub fn new(most: u32, window: Duration) -> Crowd {
        Crowd {
            most,
            window,
            tries: Mutex::default(),
        }
    }

    /// How long to wait, when there were too many tries.
    pub fn wait(&self, key: &str, now: Instant) -> Option<Duration> {
        let tries = self.tries.lock().unwrap_or_else(|e| e.into_inner());
        let (since, count) = tries.get(key)?;
        let passed = now.duration_since(*since);
        (*count >= self.most && passed < self.window).then(|| self.window - passed)
    }

    /// Counts a try; `Err`: how long to wait, when there were too many.
    pub fn count(&self, key: &str, now: Instant) -> Result<(), Duration> {
        if let Some(wait) = self.wait(key, now) {
            return Err(wait);
        }
        let mut tries = self.tries.lock().unwrap_or_else(|e| e.into_inner());
        if tries.len() >= REMEMBERED {
            tries.retain(|_, (since, _)| now.duration_since(*since) < self.window);
            // Still too many: rather forget who tried than take memory without end.
            if tries.len() >= REMEMBERED {
                tries.clear();
            }
        }
        let (since, count) = tries.entry(key.to_owned()).or_insert((now, 0));
        if now.duration_since(*since) >= self.window {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        Ok(())
    }
}

/// From where a request comes, as it is counted: an IPv4 address, or the /64 of an IPv6 one, which is one household.
///
/// Behind a proxy on this host or in a private network everybody would come from the proxy: there the last entry of
/// `X-Forwarded-For` counts, which is the proxy's own and cannot be forged from outside.
pub(crate) fn place(headers: &HeaderMap, extensions: &Extensions) -> String {
    let peer = extensions.get::<Peer>().map(|p| p.0.ip());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back();
    let forwarded = forwarded
        .and_then(|v| address(v.to_str().ok()?.rsplit(',').next()?.trim()))
        .filter(|_| is_near(peer));
    match forwarded.unwrap_or(peer).to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let mut parts = address.segments();
            parts[4..].fill(0);
            Ipv6Addr::from(parts).to_string()
        }
    }
}

/// An address; some proxies write the port too.
fn address(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<SocketAddr>().ok().map(|a| a.ip());
    text.parse().ok().or_else(with_port)
}

fn is_near(peer: IpAddr) -> bool {
    match peer.to_canonical() {
        IpAddr::V4(a) => a.is_loopback() || a.is_private() || a.is_unspecified(),
        IpAddr::V6(a) => a.is_loopback() || (a.segments()[0] & 0xfe00) == 0xfc00,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, forwarded: Option<&'static str>) -> String {
        let (mut headers, mut extensions) = (HeaderMap::new(), Extensions::new());
        extensions.insert(Peer(peer.parse().unwrap()));
        if let Some(text) = forwarded {
            headers.insert("x-forwarded-for", text.parse().unwrap());
        }
        place(&headers, &extensions)
    }

    #[test]
    fn a_proxy_nearby_is_believed_and_a_stranger_is_not() {
        assert_eq!(
            from("127.0.0.1:1", Some("6.6.6.6, 203.0.113.9")),
            "203.0.113.9"
        );
        assert_eq!(from("203.0.113.1:1", Some("203.0.113.9")), "203.0.113.1");
        assert_eq!(from("[2001:db8:1:2:3::4]:1", None), "2001:db8:1:2::");
        assert_eq!(from("10.0.0.1:1", Some("nonsense")), "10.0.0.1");
        assert_eq!(from("10.0.0.1:1", Some("203.0.113.9:4711")), "203.0.113.9");
    }

    #[test]
    fn too_many_tries_wait_until_the_window_has_passed() {
        let (crowd, start) = (Crowd::new(2, Duration::from_secs(60)), Instant::now());
        assert_eq!(crowd.count("a", start), Ok(()));
        assert_eq!(crowd.count("a", start), Ok(()));
        assert_eq!(crowd.count("a", start), Err(Duration::from_secs(60)));
        assert_eq!(crowd.count("b", start), Ok(()));
        assert_eq!(crowd.count("a", start + Duration::from_secs(60)), Ok(()));
    }

    #[test]
    fn the_memory_is_bounded() {
        let (crowd, now) = (Crowd::new(2, Duration::from_secs(60)), Instant::now());
        for n in 0..REMEMBERED + 10 {
            assert_eq!(crowd.count(&n.to_string(), now), Ok(()));
        }
        assert!(crowd.tries.lock().unwrap().len() <= REMEMBERED);
    }
}
