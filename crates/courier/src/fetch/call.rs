//! One call: from the address a caller wrote to the bytes that lie there. How calls are made at all is `call.rs`.

use hiring::fetch::Failure;
use percent_encoding::percent_decode_str;
use url::Url;

use super::Settings;
use crate::call::{self, Call, Limits, Method, Missed, Trouble};

/// Bytes of a name taken from an address.
const LONGEST_NAME: usize = 200;

/// Brings files, within the limits.
pub(super) struct Client {
    client: call::Client,
    limits: Limits,
}

impl Client {
    /// Reads the machine's certificates of authorities; blocks for some ms.
    pub(super) fn new(settings: &Settings) -> Client {
        let limits = Limits {
            connect: settings.limits.connect,
            whole: settings.limits.whole,
            answer: settings.limits.size,
        };
        Client {
            client: call::Client::new(settings.guard.clone(), limits),
            limits,
        }
    }

    /// The bytes at `address`.
    pub(super) async fn get(&self, address: &str) -> Result<Vec<u8>, Failure> {
        let late = Failure::TooSlow(self.limits.whole);
        tokio::time::timeout(self.limits.whole, self.get_in_time(address))
            .await
            .unwrap_or(Err(late))
    }

    async fn get_in_time(&self, address: &str) -> Result<Vec<u8>, Failure> {
        let call = Call {
            method: Method::GET,
            url: address.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        let answer = self.client.open(call).await.map_err(why)?;
        match answer.status().as_u16() {
            200 => {}
            300..=399 => return Err(Failure::Redirect),
            other => return Err(Failure::Status(other)),
        }
        let read = call::read(answer, self.limits.answer).await;
        let (bytes, is_whole) = read.map_err(|_| Failure::CutShort)?;
        match is_whole {
            true => Ok(bytes),
            false => Err(Failure::TooLarge(self.limits.answer)),
        }
    }
}

/// A file can be asked for twice, so whether the question went out does not matter.
fn why(missed: Missed) -> Failure {
    match missed.trouble() {
        Trouble::NotAnAddress => Failure::NotAnAddress,
        Trouble::Credentials => Failure::Credentials,
        Trouble::NotPublic => Failure::NotPublic,
        Trouble::UnknownHost => Failure::UnknownHost,
        // Whoever cannot be connected to in time is not there, as far as a file is concerned.
        Trouble::Unreachable | Trouble::TooSlow(_) => Failure::Unreachable,
        Trouble::Tls => Failure::Tls,
        Trouble::CutShort => Failure::CutShort,
    }
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
}
