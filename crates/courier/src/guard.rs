//! Which addresses may be called. A URL from outside must not lead us to what only we can reach: this machine, its
//! network, a cloud's own services.
//!
//! Pure: the name was resolved before (`fetch/call.rs`), and the connection goes to the very addresses judged here, so
//! that a second look-up cannot say something else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::LazyLock;

pub use ipnet::IpNet;
use ipnet::{Ipv4Net, Ipv6Net};

/// Never called unless the operator says so. From the registries of special-purpose addresses (RFC 6890 and its
/// successors), multicast, and what clouds put on public addresses for their own machines.
const CLOSED_V4: &[&str] = &[
    "0.0.0.0/8",        // this network
    "10.0.0.0/8",       // private
    "100.64.0.0/10",    // behind a carrier's NAT
    "127.0.0.0/8",      // loopback
    "168.63.129.16/32", // a cloud's own service
    "169.254.0.0/16",   // link-local
    "172.16.0.0/12",    // private
    "192.0.0.0/24",     // protocol assignments
    "192.0.2.0/24",     // documentation
    "192.88.99.0/24",   // once 6to4 relays
    "192.168.0.0/16",   // private
    "198.18.0.0/15",    // benchmarks
    "198.51.100.0/24",  // documentation
    "203.0.113.0/24",   // documentation
    "224.0.0.0/4",      // multicast
    "240.0.0.0/4",      // reserved, broadcast
];

/// The only block of IPv6 that is given out for the public net; loopback, link-local, unique local, multicast and
/// whatever is invented next lie outside.
const OPEN_V6: &str = "2000::/3";

/// What in it is not public all the same.
const CLOSED_V6: &[&str] = &[
    "2001::/23",     // protocol assignments; Teredo among them
    "2001:db8::/32", // documentation
    "3fff::/20",     // documentation
];

static CLOSED: LazyLock<(Vec<Ipv4Net>, Vec<Ipv6Net>)> = LazyLock::new(|| {
    let v4 = CLOSED_V4.iter().map(|n| n.parse().expect("a network"));
    let v6 = CLOSED_V6.iter().map(|n| n.parse().expect("a network"));
    (v4.collect(), v6.collect())
});

static OPEN: LazyLock<Ipv6Net> = LazyLock::new(|| OPEN_V6.parse().expect("a network"));

/// The judge of addresses.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    allowed: Vec<IpNet>,
}

impl Guard {
    /// One that permits `allowed` besides what is public.
    pub fn allowing(allowed: Vec<IpNet>) -> Guard {
        Guard { allowed }
    }

    /// Whether a host with these addresses may be called: one that is closed closes them all, since who gives a name
    /// both kinds of address wants something.
    pub fn permits_all(&self, addresses: &[SocketAddr]) -> bool {
        addresses.iter().all(|a| self.permits(a.ip()))
    }

    /// Whether `address` may be called. An IPv6 address that stands for an IPv4 one is judged as that one.
    pub fn permits(&self, address: IpAddr) -> bool {
        if self.allowed.iter().any(|n| n.contains(&address)) {
            return true;
        }
        match address {
            IpAddr::V4(v4) => is_public(v4),
            IpAddr::V6(v6) => match stands_for(v6) {
                Some(v4) => self.permits(v4.into()),
                None => OPEN.contains(&v6) && !CLOSED.1.iter().any(|n| n.contains(&v6)),
            },
        }
    }
}

fn is_public(address: Ipv4Addr) -> bool {
    !CLOSED.0.iter().any(|n| n.contains(&address))
}

/// The IPv4 address that packets to `address` end at.
fn stands_for(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let v4 = |high: u16, low: u16| Some(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    match (a, b, c, d, e, f) {
        // ::ffff:1.2.3.4, mapped. (::1.2.3.4 lies outside of what is open.)
        (0, 0, 0, 0, 0, 0xffff) => v4(g, h),
        // 64:ff9b::1.2.3.4, NAT64: how a network without IPv4 calls the public net.
        (0x64, 0xff9b, 0, 0, 0, 0) => v4(g, h),
        // 2002:102:304::, 6to4.
        (0x2002, high, low, ..) => v4(high, low),
        _ => None,
    }
}

/// A network as operators write it: `10.1.0.0/16`, or one address.
///
/// # Errors
/// A sentence for the person who wrote it.
pub fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let one = text.parse::<IpAddr>().map(IpNet::from);
    one.or_else(|_| text.parse()).map_err(|_| {
        "this is no network such as 10.1.0.0/16 or fd00::/8, and no address".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::{Host, Url};

    use super::*;

    /// What a URL's host is, when it is an address in whatever spelling.
    fn address(url: &str) -> IpAddr {
        match Url::parse(url).expect(url).host() {
            Some(Host::Ipv4(v4)) => v4.into(),
            Some(Host::Ipv6(v6)) => v6.into(),
            other => panic!("{url}: {other:?}"),
        }
    }

    #[test]
    fn public_addresses_are_called() {
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "2001:4860::8888",
            "2003::1",
            "3ffe::1",
            // Public ones in an IPv6 dress.
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2002:808:808::1",
        ] {
            assert!(Guard::default().permits(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn what_only_we_can_reach_is_not_called() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.0",
            "100.100.100.200",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "168.63.129.16",
            "169.254.0.0",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "192.168.255.255",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            // IPv6: unspecified, loopback, link-local, once site-local, unique local, multicast, documentation, discard,
            // benchmarks, ORCHID, a cloud's own service, segment routing.
            "::",
            "::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "fc00::1",
            "fdff::1",
            "ff02::1",
            "ff0e::1",
            "2001:db8::1",
            "3fff::1",
            "100::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "fd00:ec2::254",
            "5f00::1",
            "1fff::1",
            "4000::1",
            // IPv4 in an IPv6 dress: mapped, translated, compatible, NAT64 (also the local prefix), 6to4, Teredo.
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0:127.0.0.1",
            "::127.0.0.1",
            "::8.8.8.8",
            "::10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::808:808",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "2002:a9fe:a9fe::",
            "2002:c0a8:1::1",
            "2001:0:7f00:1::",
            "2001:0:808:808:0:0:80ff:fffe",
            "2001:0:808:808::f7f7:f7f7",
        ] {
            assert!(!Guard::default().permits(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn odd_spellings_are_judged_alike() {
        for url in [
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0x7f.0.0.1/",
            "http://0177.0.0.1/",
            "http://017700000001/",
            "http://127.0.1/",
            "http://127.0.0.1./",
            "http://0/",
            "http://0x0/",
            "http://①②⑦.0.0.1/",
            "http://127。0。0。1/",
            "http://%31%32%37.0.0.1/",
            "http://3232235521/",
            "http://0xa9fea9fe/",
            "http://0251.0376.0251.0376/",
            "http://2852039166/",
            "http://[::ffff:7f00:1]/",
            "http://[0:0:0:0:0:0:0:1]/",
            "http://[::]/",
            "http://[::ffff:169.254.169.254]/",
            "http:/127.0.0.1/",
            "http:\\\\127.0.0.1\\",
            "HTTP://127.0.0.1:8080/x",
            "http://1.1.1.1@127.0.0.1/",
            "http://127.0.0.1#@1.1.1.1/",
        ] {
            assert!(!Guard::default().permits(address(url)), "{url}");
        }
        // More than 32 bits is no address.
        assert!(Url::parse("http://4294967297/").is_err());
        assert!(Url::parse("http://127.0.0.256/").is_err());
        assert!(Url::parse("http://[fe80::1%25eth0]/").is_err());
    }

    #[test]
    fn what_the_operator_allows_is_called_and_no_more() {
        let allowed = ["10.1.0.0/16", "127.0.0.1", "fd12::/16"];
        let guard = Guard::allowing(allowed.iter().map(|n| network(n).unwrap()).collect());
        for text in [
            "10.1.0.1",
            "10.1.255.255",
            "127.0.0.1",
            "fd12::1",
            "::ffff:127.0.0.1",
            "64:ff9b::a01:1",
        ] {
            assert!(guard.permits(text.parse().unwrap()), "{text}");
        }
        for text in [
            "10.2.0.1",
            "127.0.0.2",
            "::1",
            "fd13::1",
            "169.254.169.254",
            "::ffff:10.2.0.1",
        ] {
            assert!(!guard.permits(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn one_closed_address_closes_its_host() {
        let [open, also, closed] = ["1.1.1.1:80", "[2a00::1]:80", "127.0.0.1:80"]
            .map(|a| a.parse::<SocketAddr>().unwrap());
        let guard = Guard::default();
        assert!(guard.permits_all(&[open, also]));
        for addresses in [[open, closed], [closed, open], [closed, closed]] {
            assert!(!guard.permits_all(&addresses), "{addresses:?}");
        }
    }

    #[test]
    fn networks_are_read_as_operators_write_them() {
        for (text, network_of) in [
            ("10.1.0.0/16", "10.1.0.0/16"),
            (" 127.0.0.1 ", "127.0.0.1/32"),
            ("::1", "::1/128"),
            ("fd00::/8", "fd00::/8"),
        ] {
            assert_eq!(network(text).unwrap().to_string(), network_of);
        }
        for text in [
            "",
            "localhost",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0",
            "::/129",
            "10.0.0.0/255.0.0.0",
        ] {
            assert!(network(text).is_err(), "{text}");
        }
    }

    proptest! {
        /// The standard library knows most of these too; where it says "not public", so must we.
        #[test]
        fn agrees_with_the_standard_library(bits in any::<u32>()) {
            let v4 = Ipv4Addr::from(bits);
            let closed = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_broadcast()
                || v4.is_documentation() || v4.is_unspecified() || v4.is_multicast();
            prop_assert!(!(closed && Guard::default().permits(v4.into())), "{v4}");
            let dressed = [v4.to_ipv6_mapped(), Ipv6Addr::from(0x64_ff9b_u128 << 96 | u128::from(bits)),
                Ipv6Addr::from(0x2002_u128 << 112 | u128::from(bits) << 80)];
            for v6 in dressed {
                prop_assert_eq!(Guard::default().permits(v6.into()), Guard::default().permits(v4.into()), "{}", v6);
            }
        }

        /// However a number is spelled, it is one address.
        #[test]
        fn spellings_do_not_matter(bits in any::<u32>()) {
            let v4 = IpAddr::from(Ipv4Addr::from(bits));
            let [a, b, c, d] = bits.to_be_bytes();
            for host in [format!("{bits}"), format!("{bits:#x}"), format!("0{bits:o}"), format!("{a}.{b}.{c}.{d}"),
                format!("{a:#x}.{b:#x}.{c:#x}.{d:#x}"), format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
                format!("{a}.{}", bits & 0xff_ffff)] {
                prop_assert_eq!(address(&format!("http://{host}/")), v4, "{}", host);
            }
        }
    }
}
