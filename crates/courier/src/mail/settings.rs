//! What the operator chose: which mail server, how to reach it, who sends.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm,
    DkimSigningKey,
};
use lettre::message::header::HeaderName;
use url::Url;

use super::on_the_wire;

/// The mail server and who sends.
#[derive(Clone)]
pub struct Settings {
    /// The mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether the connection is encrypted from its first byte (`smtps`).
    pub wrapped: bool,
    /// See [`Tls`].
    pub tls: Tls,
    /// Name and password, for servers that want them.
    pub credentials: Option<(String, String)>,
    /// The address that sends; bounces come to it.
    pub from: String,
    /// What we call ourselves to the server.
    pub hello: String,
    /// Authorities (PEM) whose certificates count beside those that the machine knows.
    pub authorities: Option<Vec<u8>>,
    /// See [`Dkim`].
    pub dkim: Option<Dkim>,
    /// See [`Limits`].
    pub limits: Limits,
}

/// Passwords are not for logs.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} as {}", self.host, self.port, self.from)
    }
}

/// Whether mail goes out encrypted. A certificate that is not the server's is refused in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Always: a server without STARTTLS gets nothing.
    Required,
    /// If the server offers STARTTLS. A password is sent encrypted only.
    Opportunistic,
    /// Never: for a server on the same machine or in a network that one trusts.
    None,
}

impl Tls {
    /// From the command line's word.
    pub fn parse(word: &str) -> Option<Tls> {
        match word {
            "required" => Some(Tls::Required),
            "opportunistic" => Some(Tls::Opportunistic),
            "none" => Some(Tls::None),
            _ => None,
        }
    }
}

/// How long, how many.
#[derive(Debug, Clone)]
pub struct Limits {
    /// For the connection and for each answer up to the message.
    pub step: Duration,
    /// For the answer to the message itself; RFC 5321 asks for ten minutes.
    pub message: Duration,
    /// Mails at once.
    pub at_once: usize,
    /// Mails over one connection.
    pub per_connection: usize,
    /// How often to look whether something has become due.
    pub look: Duration,
    /// How long to let a server alone that could not be reached; twice as long each time…
    pub pause: Duration,
    /// …up to this.
    pub longest_pause: Duration,
    /// How often to try to note what a mail came to when the database is busy.
    pub settles: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            step: Duration::from_secs(60),
            message: Duration::from_secs(600),
            at_once: 2,
            per_connection: 100,
            look: Duration::from_secs(1),
            pause: Duration::from_secs(2),
            longest_pause: Duration::from_secs(60),
            settles: 50,
        }
    }
}

/// A key to sign messages with (DKIM, RFC 6376), so that receivers see that the domain's owner sent them.
#[derive(Clone)]
pub struct Dkim(pub(super) Arc<DkimConfig>);

impl Dkim {
    /// `key`: an RSA key as PEM of PKCS#1, or an Ed25519 key as base64 of its 32 bytes.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn new(domain: &str, selector: &str, key: &str) -> Result<Dkim, String> {
        let key = key.trim();
        let algorithm = match key.starts_with("-----") {
            true => DkimSigningAlgorithm::Rsa,
            false => DkimSigningAlgorithm::Ed25519,
        };
        let key = DkimSigningKey::new(key, algorithm).map_err(|_| {
            "the DKIM key must be an RSA key as PEM of PKCS#1 (-----BEGIN RSA PRIVATE KEY-----, as `openssl genrsa \
             -traditional` makes it) or the base64 of an Ed25519 key's 32 bytes"
                .to_owned()
        })?;
        let signed = [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Reply-To",
            "MIME-Version",
            "Content-Type",
        ];
        let relaxed = DkimCanonicalization {
            header: DkimCanonicalizationType::Relaxed,
            body: DkimCanonicalizationType::Relaxed,
        };
        let headers = signed.into_iter().map(HeaderName::new_from_ascii_str);
        Ok(Dkim(Arc::new(DkimConfig::new(
            selector.to_owned(),
            domain.to_owned(),
            key,
            headers.collect(),
            relaxed,
        ))))
    }
}

impl Settings {
    /// The server that `url` names (`smtp://[NAME@]HOST[:PORT]`, port 587; `smtps://…`, port 465), from the address `from`,
    /// all else as usual.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn new(url: &str, from: &str) -> Result<Settings, String> {
        let form = "the mail server is smtp://[NAME@]HOST[:PORT] or smtps://[NAME@]HOST[:PORT]";
        let parsed = Url::parse(url).map_err(|_| form.to_owned())?;
        let (wrapped, usual) = match parsed.scheme() {
            "smtp" => (false, 587),
            "smtps" => (true, 465),
            _ => return Err(form.to_owned()),
        };
        if parsed.password().is_some() {
            let why = "a password in the mail server's URL can be read by everybody on this machine; give it as \
                       MUSTER_SMTP_PASSWORD or in a file, with --smtp-password-file";
            return Err(why.to_owned());
        }
        let host = parsed.host_str().filter(|h| !h.is_empty());
        let host = host.ok_or_else(|| form.to_owned())?;
        let stray = !matches!(parsed.path(), "" | "/") || parsed.query().is_some();
        if stray || parsed.fragment().is_some() {
            return Err(form.to_owned());
        }
        let name = percent_encoding::percent_decode_str(parsed.username()).decode_utf8();
        let name = name.map_err(|_| form.to_owned())?.into_owned();
        on_the_wire(from).ok_or("the address that mail comes from is no e-mail address")?;
        Ok(Settings {
            host: host
                .trim_start_matches('[')
                .trim_end_matches(']')
                .to_owned(),
            port: parsed.port().unwrap_or(usual),
            wrapped,
            tls: Tls::Required,
            credentials: (!name.is_empty()).then(|| (name, String::new())),
            from: from.trim().to_owned(),
            hello: "localhost".to_owned(),
            authorities: None,
            dkim: None,
            limits: Limits::default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_the_server_its_port_and_who_signs_in() {
        let of = |url| Settings::new(url, "jobs@x.org").expect("settings");
        let plain = of("smtp://mail.x.org");
        assert_eq!(
            (plain.host.as_str(), plain.port, plain.wrapped),
            ("mail.x.org", 587, false)
        );
        assert!(plain.credentials.is_none() && plain.tls == Tls::Required);
        let named = of("smtps://jobs%40x.org@[::1]:2465/");
        assert_eq!(
            (named.host.as_str(), named.port, named.wrapped),
            ("::1", 2465, true)
        );
        assert_eq!(named.credentials.unwrap().0, "jobs@x.org");
    }

    #[test]
    fn what_is_no_server_or_no_sender_is_refused_in_words_without_the_password() {
        for url in [
            "",
            "mail.x.org",
            "http://x",
            "smtp://",
            "smtp://x/path",
            "smtp://x?tls=no",
        ] {
            assert!(Settings::new(url, "jobs@x.org").is_err(), "{url}");
        }
        let why = Settings::new("smtp://a:topsecret@x", "jobs@x.org").unwrap_err();
        assert!(why.contains("--smtp-password-file") && !why.contains("topsecret"));
        for from in ["", "jobs", "a@b\r\nBcc: c@d", "Jobs <jobs@x.org>"] {
            assert!(Settings::new("smtp://x", from).is_err(), "{from}");
        }
    }

    #[test]
    fn a_key_that_is_none_is_refused_without_being_shown() {
        let why = Dkim::new("x.org", "s", "-----BEGIN PRIVATE KEY-----abc").err();
        assert!(why.is_some_and(|why| why.contains("PKCS#1") && !why.contains("abc")));
        let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        assert!(Dkim::new("x.org", "s", key).is_ok());
    }
}
