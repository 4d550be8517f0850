//! Text as it is compared: folded in Rust, once, so that both engines compare bytes alike.

use unicode_normalization::UnicodeNormalization as _;

/// Trimmed, NFC, lower case: for `*_key` columns.
pub fn key(text: &str) -> String {
    text.trim().nfc().collect::<String>().to_lowercase()
}

/// The key of an e-mail address: trimmed, NFC, lower case, the domain in IDNA ASCII. Dots and plus-tags stay: whether
/// they matter is the mailbox's business. `None` when it is no address.
pub fn email_key(address: &str) -> Option<String> {
    let address = address.trim();
    let (local, domain) = address.rsplit_once('@')?;
    let quoted = local.starts_with('"') && local.ends_with('"') && local.len() > 1;
    let bad = |c: char| {
        c.is_control() || (!quoted && (c.is_whitespace() || "()<>[],;:\\\"@".contains(c)))
    };
    if local.is_empty()
        || local.chars().count() > 64
        || local.chars().any(bad)
        || dots_astray(local)
    {
        return None;
    }
    let domain = idna::domain_to_ascii_strict(domain).ok()?;
    if domain.is_empty() || domain.len() > 253 || !domain.split('.').all(is_label) {
        return None;
    }
    Some(format!("{}@{domain}", key(local)))
}

fn dots_astray(local: &str) -> bool {
    local.starts_with('.') || local.ends_with('.') || local.contains("..")
}

fn is_label(label: &str) -> bool {
    let inner = |c: u8| c.is_ascii_alphanumeric() || c == b'-';
    !label.is_empty()
        && label.len() <= 63
        && label.bytes().all(inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_mailbox_has_one_key() {
        assert_eq!(
            email_key(" Ada@Example.ORG "),
            Some("ada@example.org".into())
        );
        assert_eq!(
            email_key("a.b+c@bücher.example"),
            Some("a.b+c@xn--bcher-kva.example".into())
        );
        assert_eq!(email_key("e\u{301}@x.org"), email_key("É@x.org"));
        assert_eq!(email_key("root@localhost"), Some("root@localhost".into()));
    }

    #[test]
    fn what_is_no_address_has_none() {
        for bad in [
            "",
            "ada",
            "@x.org",
            "ada@",
            "a b@x.org",
            "a@b@c",
            "a@x..org",
            ".a@x.org",
            "a@-x.org",
            "a@x.org\r\nBcc: b@c.d",
            "[email protected]",
        ] {
            assert_eq!(email_key(bad), None, "{bad:?}");
        }
    }
}
