//! The bytes of a message.
//!
//! Headers are made by lettre from values of their own types, an address from an address, a subject from one line, so nothing
//! that somebody wrote can begin another header. Links get their secret part here and nowhere earlier.

use std::time::{Duration, SystemTime};

use hiring::delivery::sending::Claimed;
use hiring::secret::InstallationKey;
use hiring::{invite, mail::source, member};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message as Mime, MessageBuilder, MultiPart, SinglePart};
use lettre::{Address, message::dkim};

use super::{Settings, on_the_wire};

/// A message and what a mail server is told of it.
pub(super) struct Message {
    /// From whom.
    pub from: Address,
    /// To whom.
    pub to: Address,
    /// Its Message-ID.
    pub id: String,
    /// As it goes out.
    pub bytes: Vec<u8>,
}

impl Message {
    /// The message of a delivery: the same in every attempt.
    ///
    /// # Errors
    /// Why it can never be sent.
    pub fn of(key: &InstallationKey, settings: &Settings, of: &Claimed) -> Result<Message, String> {
        let to = on_the_wire(&of.recipient)
            .ok_or("the recipient is not an address that mail can be sent to")?;
        let broken =
            || "a link in it cannot be made: is the installation key another one?".to_owned();
        let body = filled(key, &of.body).ok_or_else(broken)?;
        let html = match &of.html {
            Some(html) => Some(filled(key, html).ok_or_else(broken)?),
            None => None,
        };
        let id = of.message_id.clone();
        let id = id.unwrap_or_else(|| format!("<{}@{}>", of.uid, domain_of(&settings.from)));
        let mut mime = head(settings, of.from_name.as_deref(), &to, &id, of.tried_from)?;
        if let Some(address) = of.reply_to.as_deref().and_then(on_the_wire) {
            mime = mime.reply_to(Mailbox::new(None, address));
        }
        if let Some(language) = &of.language {
            mime = mime.raw_header(header("Content-Language", language));
        }
        let mime = mime.subject(source::one_line(&of.subject));
        finish(settings, mime, to, id, body, html)
    }

    /// The message of `muster mail test`.
    ///
    /// # Errors
    /// Why it can never be sent.
    pub fn of_test(settings: &Settings, to: &str) -> Result<Message, String> {
        let to = on_the_wire(to).ok_or("this is no e-mail address")?;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = now.map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(0));
        let id = format!("<{}@{}>", hiring::id::new_uid(), domain_of(&settings.from));
        let mime = head(settings, Some("Muster"), &to, &id, now)?.subject("Muster can send mail");
        let body = "This is a test: the mail server that Muster was given takes its mail.\n";
        finish(settings, mime, to, id, body.to_owned(), None)
    }
}

/// The domain of an address, in ASCII.
pub fn domain_of(address: &str) -> String {
    on_the_wire(address).map_or_else(|| "localhost".to_owned(), |a| a.domain().to_owned())
}

/// A JSON string with its links' secrets in it.
fn filled(key: &InstallationKey, json: &str) -> Option<String> {
    let filled = key
        .unveil(&member::fill_link(key, &invite::fill(key, json)))
        .ok()?;
    let text: String = serde_json::from_str(&filled).ok()?;
    Some(text.replace('\0', ""))
}

fn head(
    settings: &Settings,
    name: Option<&str>,
    to: &Address,
    id: &str,
    at: i64,
) -> Result<MessageBuilder, String> {
    let from = on_the_wire(&settings.from).ok_or("the address that sends is none")?;
    let name = name.map(source::one_line).filter(|name| !name.is_empty());
    let date = SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(at).unwrap_or(0));
    Ok(Mime::builder()
        .from(Mailbox::new(name, from))
        .to(Mailbox::new(None, to.clone()))
        .date(date)
        .message_id(Some(id.to_owned()))
        // RFC 3834: out-of-office replies and the like stay away.
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "All")))
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(
        HeaderName::new_from_ascii_str(name),
        source::one_line(value),
    )
}

fn finish(
    settings: &Settings,
    mime: MessageBuilder,
    to: Address,
    id: String,
    body: String,
    html: Option<String>,
) -> Result<Message, String> {
    let failed = |_| "the message cannot be made".to_owned();
    let mut mime = match html {
        Some(html) => {
            // Of the name, so that the message is the same in every attempt.
            let inner = id.trim_matches(['<', '>']).split('@').next().unwrap_or("");
            let parts = MultiPart::alternative().boundary(format!("=_{inner}"));
            let plain = SinglePart::plain(body);
            mime.multipart(parts.singlepart(plain).singlepart(SinglePart::html(html)))
        }
        None => mime.singlepart(
            SinglePart::builder()
                .header(ContentType::TEXT_PLAIN)
                .body(body),
        ),
    }
    .map_err(failed)?;
    if let Some(dkim) = &settings.dkim {
        dkim::dkim_sign(&mut mime, &dkim.0);
    }
    Ok(Message {
        from: on_the_wire(&settings.from).ok_or("the address that sends is none")?,
        to,
        id,
        bytes: mime.formatted(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiring::id::{DeliveryId, OrgId};

    fn claimed(subject: &str, name: &str, to: &str, body: &str) -> Claimed {
        Claimed {
            id: DeliveryId(1),
            uid: "0190".into(),
            org: OrgId(1),
            attempt: 1,
            recipient: to.into(),
            subject: subject.into(),
            body: serde_json::Value::from(body).to_string(),
            html: Some(serde_json::Value::from(format!("<p>{body}</p>")).to_string()),
            from_name: Some(name.into()),
            reply_to: Some("people@x.org".into()),
            language: Some("de".into()),
            message_id: None,
            tried_from: 1_773_480_413_000_000,
        }
    }

    fn made(of: &Claimed) -> Result<String, String> {
        let settings = Settings::new("smtp://x", "jobs@x.org").unwrap();
        let made = Message::of(&InstallationKey::draw(), &settings, of)?;
        Ok(String::from_utf8(made.bytes).expect("ASCII"))
    }

    fn heads(text: &str) -> Vec<&str> {
        let head = text.split("\r\n\r\n").next().unwrap();
        let lines = head.split("\r\n").filter(|l| !l.starts_with([' ', '\t']));
        lines.map(|l| l.split(':').next().unwrap()).collect()
    }

    #[test]
    fn a_message_says_who_when_and_that_a_program_made_it() {
        let text = made(&claimed(
            "Grüße",
            "Müller & Söhne",
            "ada@bücher.example",
            "Hallo",
        ))
        .unwrap();
        assert!(
            text.is_ascii() && text.lines().all(|line| line.len() <= 998),
            "{text}"
        );
        for line in [
            "To: ada@xn--bcher-kva.example",
            "Message-ID: <0190@x.org>",
            "Date: Sat, 14 Mar 2026 09:26:53 +0000",
            "Reply-To: people@x.org",
            "Auto-Submitted: auto-generated",
            "Content-Language: de",
            "MIME-Version: 1.0",
        ] {
            assert!(text.contains(&format!("{line}\r\n")), "{line} in {text}");
        }
        assert!(text.contains("multipart/alternative") && text.contains("=?utf-8?"));
    }

    #[test]
    fn nobody_writes_a_header_of_his_own() {
        let usual = heads(&made(&claimed("s", "n", "a@x.org", "b")).unwrap())
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>();
        for evil in [
            "x\r\nBcc: all@x.org",
            "x\nBcc: all@x.org",
            "x\rBcc: all@x.org",
            "x\u{2028}Bcc: all@x.org",
            "\r\n\r\n<p>body",
            "=?utf-8?q?x=0D=0ABcc:_all=40x.org?=",
            &format!("{}\r\nBcc: all@x.org", "long ".repeat(400)),
            "\"quoted\\\r\nBcc: all@x.org\"",
        ] {
            let mut of = claimed(evil, evil, "a@x.org", evil);
            of.language = Some(evil.into());
            let text = made(&of).unwrap();
            assert_eq!(heads(&text), usual, "{evil:?}: {text}");
        }
        for to in [
            "a@x.org\r\nBcc: b@x.org",
            "a@x.org, b@x.org",
            "<a@x.org>",
            "a@x.org>\r\nDATA",
            "a b@x.org",
            "",
        ] {
            assert!(made(&claimed("s", "n", to, "b")).is_err(), "{to:?}");
        }
        // A reply address that is none is left out.
        let mut of = claimed("s", "n", "a@x.org", "b");
        of.reply_to = Some("a@x.org\r\nBcc: b@x.org".into());
        assert!(!made(&of).unwrap().contains("Bcc"));
    }
}
