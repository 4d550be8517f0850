//! How mail goes out, as the command line and the environment say it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use courier::mail::{Dkim, Settings, Tls, domain_of};

use super::Place;

/// How mail goes out.
#[derive(Debug, Clone, Default, Args)]
pub struct Mail {
    /// Mail server: smtp://[NAME@]HOST[:587] or smtps://[NAME@]HOST[:465]; without it mail stays in the outbox
    #[arg(long, value_name = "URL", env = "MUSTER_SMTP", requires = "mail_from")]
    pub smtp: Option<String>,
    /// Address that mail comes from
    #[arg(long, value_name = "ADDRESS", env = "MUSTER_MAIL_FROM")]
    pub mail_from: Option<String>,
    /// File with the mail server's password; or give the password as MUSTER_SMTP_PASSWORD
    #[arg(long, value_name = "FILE", env = "MUSTER_SMTP_PASSWORD_FILE")]
    pub smtp_password_file: Option<PathBuf>,
    /// Whether mail goes out encrypted: required, opportunistic or none
    #[arg(long, value_name = "WHEN", env = "MUSTER_SMTP_TLS", default_value = "required",
        value_parser = ["required", "opportunistic", "none"])]
    pub smtp_tls: String,
    /// PEM file of authorities to trust beside the machine's, for a mail server with a certificate of your own
    #[arg(long, value_name = "FILE", env = "MUSTER_SMTP_CA")]
    pub smtp_ca: Option<PathBuf>,
    /// What Muster calls itself to the mail server [default: the host of the public URL]
    #[arg(long, value_name = "NAME", env = "MUSTER_SMTP_HELLO")]
    pub smtp_hello: Option<String>,
    /// Seconds to wait for the connection and for each answer of the mail server but the last
    #[arg(long, value_name = "SECONDS", default_value_t = 60, env = "MUSTER_SMTP_TIMEOUT",
        value_parser = clap::value_parser!(u64).range(1..=120))]
    pub smtp_timeout: u64,
    /// Mails sent at once
    #[arg(long, value_name = "COUNT", default_value_t = 2, env = "MUSTER_SMTP_AT_ONCE",
        value_parser = clap::value_parser!(u16).range(1..=50))]
    pub smtp_at_once: u16,
    /// File with a key to sign mail with (DKIM): RSA as PEM of PKCS#1, or base64 of an Ed25519 key
    #[arg(
        long,
        value_name = "FILE",
        env = "MUSTER_DKIM_KEY",
        requires = "dkim_selector"
    )]
    pub dkim_key: Option<PathBuf>,
    /// Selector under which the key's other half stands in the DNS
    #[arg(long, value_name = "NAME", env = "MUSTER_DKIM_SELECTOR")]
    pub dkim_selector: Option<String>,
    /// Domain to sign for [default: that of --mail-from]
    #[arg(long, value_name = "DOMAIN", env = "MUSTER_DKIM_DOMAIN")]
    pub dkim_domain: Option<String>,
}

/// Commands on mail.
// The variants' fields are explained once, at their types.
#[allow(missing_docs)]
// Read from the command line once: nobody carries many of them.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Subcommand)]
pub enum MailCommand {
    /// Send a mail and say what happens, step by step
    Test {
        /// To whom
        address: String,
        #[command(flatten)]
        mail: Box<Mail>,
        /// How the outside reaches the server, whose host we call ourselves by
        #[arg(long, env = "MUSTER_PUBLIC_URL")]
        public_url: Option<String>,
    },
    /// Read a mail that came back on standard input and note it at its delivery; for a mail server's pipe
    Bounce {
        #[command(flatten)]
        place: Place,
    },
}

impl Mail {
    /// The settings, if a mail server was named.
    ///
    /// # Errors
    /// A sentence for the person who started us.
    pub fn settings(&self, public_url: &str) -> Result<Option<Settings>, String> {
        let Some(url) = self.smtp.as_deref().filter(|url| !url.trim().is_empty()) else {
            return Ok(None);
        };
        let from = self.mail_from.as_deref().unwrap_or("");
        let mut settings = Settings::new(url.trim(), from).map_err(|e| format!("--smtp: {e}"))?;
        settings.tls = Tls::parse(&self.smtp_tls).unwrap_or(Tls::Required);
        settings.hello = self.hello(public_url)?;
        settings.authorities = self.smtp_ca.as_deref().map(read).transpose()?;
        settings.limits.step = Duration::from_secs(self.smtp_timeout);
        settings.limits.at_once = usize::from(self.smtp_at_once);
        if let Some((name, _)) = settings.credentials.take() {
            settings.credentials = Some((name, self.password()?));
        }
        if let (Some(file), Some(selector)) = (&self.dkim_key, &self.dkim_selector) {
            let domain = self.dkim_domain.clone().unwrap_or_else(|| domain_of(from));
            let key = String::from_utf8(read(file)?)
                .map_err(|_| format!("--dkim-key: {} holds no text", file.display()))?;
            settings.dkim = Some(Dkim::new(&domain, selector, &key)?);
        }
        Ok(Some(settings))
    }

    fn password(&self) -> Result<String, String> {
        let text = match (
            &self.smtp_password_file,
            std::env::var("MUSTER_SMTP_PASSWORD"),
        ) {
            (Some(file), _) => String::from_utf8(read(file)?)
                .map_err(|_| format!("--smtp-password-file: {} holds no text", file.display()))?,
            (None, Ok(password)) => password,
            (None, Err(_)) => {
                let why = "--smtp names who signs in, but there is no password: give it as MUSTER_SMTP_PASSWORD or in a \
                           file, with --smtp-password-file";
                return Err(why.to_owned());
            }
        };
        Ok(text.trim_end_matches(['\r', '\n']).to_owned())
    }

    fn hello(&self, public_url: &str) -> Result<String, String> {
        let of_url = || {
            url::Url::parse(public_url)
                .ok()?
                .host()
                .map(|host| match host {
                    url::Host::Domain(name) => name.to_owned(),
                    url::Host::Ipv4(ip) => format!("[{ip}]"),
                    url::Host::Ipv6(ip) => format!("[IPv6:{ip}]"),
                })
        };
        let name = self.smtp_hello.clone().or_else(of_url);
        let name = name.unwrap_or_else(|| "localhost".to_owned());
        let good = |c: char| c.is_ascii_alphanumeric() || "-.[]:_".contains(c);
        match !name.is_empty() && name.chars().all(good) {
            true => Ok(name),
            false => Err("--smtp-hello must be a host's name".to_owned()),
        }
    }
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(file).map_err(|e| format!("cannot read {}: {e}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        mail: Mail,
    }

    fn settings(words: &[&str]) -> Result<Option<Settings>, String> {
        let line = Line::try_parse_from([&["x"], words].concat()).map_err(|e| e.to_string())?;
        line.mail.settings("https://ats.example.com")
    }

    #[test]
    fn without_a_server_there_are_no_settings() {
        assert!(settings(&[]).unwrap().is_none());
        assert!(settings(&["--mail-from", "a@x.org"]).unwrap().is_none());
        assert!(settings(&["--smtp", "smtp://x"]).is_err(), "nobody sends");
    }

    #[test]
    fn mail_is_encrypted_unless_one_says_otherwise() {
        let server = [
            "--smtp",
            "smtp://mail.x.org:25",
            "--mail-from",
            "jobs@x.org",
        ];
        let usual = settings(&server).unwrap().unwrap();
        assert_eq!(
            (usual.tls, usual.hello.as_str()),
            (Tls::Required, "ats.example.com")
        );
        let bare = settings(&[&server[..], &["--smtp-tls", "none"]].concat());
        assert_eq!(bare.unwrap().unwrap().tls, Tls::None);
        for wrong in [
            ["--smtp-tls", "no"],
            ["--smtp-timeout", "0"],
            ["--smtp-hello", "a b\r\nX"],
        ] {
            assert!(
                settings(&[&server[..], &wrong[..]].concat()).is_err(),
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn a_password_comes_from_a_file_and_is_shown_by_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        std::fs::write(&file, "top secret\n").unwrap();
        let named = [
            "--smtp",
            "smtp://jobs@x",
            "--mail-from",
            "jobs@x.org",
            "--smtp-password-file",
        ];
        let found = settings(&[&named[..], &[file.to_str().unwrap()]].concat());
        let found = found.unwrap().unwrap();
        assert_eq!(found.credentials.clone().unwrap().1, "top secret");
        assert!(!format!("{found:?}").contains("secret"));
        let missing = settings(&[&named[..], &["/nowhere/at/all"]].concat()).unwrap_err();
        assert!(missing.contains("cannot read"));
    }
}
