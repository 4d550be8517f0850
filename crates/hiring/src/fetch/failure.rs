//! Why a file did not come: a closed list, in words that are shown and that never hold the address or what was in it.

use std::fmt;
use std::time::Duration;

/// Why an attempt to fetch a file brought nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Not a URL of `http` or `https`.
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
    /// The answer points somewhere else.
    Redirect,
    /// Any other status than 200.
    Status(u16),
    /// More than so many bytes.
    TooLarge(u64),
    /// Not done within this time.
    TooSlow(Duration),
    /// The connection ended within the file.
    CutShort,
    /// We could not keep it.
    NotStored,
    /// Every attempt ended with the process that made it.
    Interrupted,
}

impl Failure {
    /// Whether another attempt may do better.
    pub fn may_pass(&self) -> bool {
        match self {
            Failure::UnknownHost
            | Failure::Unreachable
            | Failure::TooSlow(_)
            | Failure::CutShort
            | Failure::NotStored => true,
            Failure::Status(status) => matches!(status, 408 | 425 | 429 | 500..=599),
            Failure::NotAnAddress
            | Failure::Credentials
            | Failure::NotPublic
            | Failure::Tls
            | Failure::Redirect
            | Failure::TooLarge(_)
            | Failure::Interrupted => false,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::NotAnAddress => f.write_str("this is not an http or https address"),
            Failure::Credentials => f.write_str("the address holds a user name or password"),
            Failure::NotPublic => f.write_str("the address is not public"),
            Failure::UnknownHost => f.write_str("the host is not known"),
            Failure::Unreachable => f.write_str("could not connect"),
            Failure::Tls => f.write_str("TLS failed"),
            Failure::Redirect => f.write_str("redirects are not followed"),
            Failure::Status(status) => write!(f, "the server answered with status {status}"),
            Failure::TooLarge(limit) if *limit >= MB => {
                write!(f, "larger than {} MB", limit / MB)
            }
            Failure::TooLarge(limit) => write!(f, "larger than {limit} bytes"),
            Failure::TooSlow(limit) => write!(f, "took longer than {} s", limit.as_secs_f64()),
            Failure::CutShort => f.write_str("the connection ended early"),
            Failure::NotStored => f.write_str("the file could not be stored"),
            Failure::Interrupted => f.write_str("interrupted too often"),
        }
    }
}

const MB: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_said_in_their_units() {
        let said = |failure: Failure| failure.to_string();
        assert_eq!(said(Failure::TooLarge(25 * MB)), "larger than 25 MB");
        assert_eq!(said(Failure::TooLarge(1000)), "larger than 1000 bytes");
        assert_eq!(
            said(Failure::TooSlow(Duration::from_secs(60))),
            "took longer than 60 s"
        );
        assert_eq!(
            said(Failure::TooSlow(Duration::from_millis(300))),
            "took longer than 0.3 s"
        );
        assert_eq!(
            said(Failure::Status(404)),
            "the server answered with status 404"
        );
    }

    #[test]
    fn a_busy_server_is_asked_again_and_a_refusal_is_not() {
        for status in [408, 429, 500, 503] {
            assert!(Failure::Status(status).may_pass(), "{status}");
        }
        for status in [204, 206, 400, 401, 403, 404, 410] {
            assert!(!Failure::Status(status).may_pass(), "{status}");
        }
    }
}
