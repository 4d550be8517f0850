//! Addresses and credentials of requests: everything that comes from outside is percent-encoded.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but what RFC 3986 calls unreserved.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// `base`, then these segments, then these queries. A segment is data: a `/` in it does not begin another one, and `..`
/// does not climb.
pub fn address(base: &str, segments: &[&str], queries: &[(&str, &str)]) -> String {
    let mut address = base.trim_end_matches('/').to_owned();
    for segment in segments {
        address.push('/');
        match *segment {
            // Dots alone are not encoded by anybody and would be taken for folders.
            "." => address.push_str("%2E"),
            ".." => address.push_str("%2E%2E"),
            segment => address.extend(utf8_percent_encode(segment, ENCODED)),
        }
    }
    for (index, (name, value)) in queries.iter().enumerate() {
        address.push(if index == 0 { '?' } else { '&' });
        address.push_str(name);
        address.push('=');
        address.extend(utf8_percent_encode(value, ENCODED));
    }
    address
}

/// The value of an `Authorization` header (RFC 7617).
pub fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_stays_in_its_place() {
        assert_eq!(
            address(
                "https://x.example/v1/",
                &["a", "b/c?d", ".."],
                &[("email", "a+b&c@x.org"), ("q", "é")]
            ),
            "https://x.example/v1/a/b%2Fc%3Fd/%2E%2E?email=a%2Bb%26c%40x.org&q=%C3%A9"
        );
        assert_eq!(basic("key", ""), "Basic a2V5Og==");
    }
}
