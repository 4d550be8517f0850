//! The way to the mail server: connecting, encryption, signing in, and what is said of one message.
//!
//! lettre speaks SMTP. It is driven command by command, since between "who to" and the message itself the database is told
//! (`hiring/src/delivery/sending.rs`), and since a failure means something else at each step.

use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;

use super::message::Message;
use super::{Settings, Tls};

/// Characters of a mail server's answer that are kept.
const LONGEST_ANSWER: usize = 500;

/// Where a message failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// Before the server was told that a message comes.
    Offer,
    /// The server did not want to hear it, or has heard it and answered.
    Answer,
    /// The message, or a part of it, went out, and no answer came.
    Content,
}

/// Why a step failed.
#[derive(Debug, Clone)]
pub struct Failure {
    stage: &'static str,
    code: Option<u16>,
    words: String,
    of_the_road: bool,
    is_final: bool,
}

impl Failure {
    /// Whether it is the connection or the server as a whole, so that any other mail would meet the same.
    pub fn is_of_the_road(&self) -> bool {
        self.of_the_road
    }

    /// Whether it makes no sense to try this mail again.
    pub fn is_final(&self) -> bool {
        self.is_final && !self.of_the_road
    }

    /// The server's code, if it answered.
    pub fn code(&self) -> Option<u16> {
        self.code
    }

    /// At which step.
    pub fn stage(&self) -> &'static str {
        self.stage
    }

    /// One that the server did not answer.
    fn ours(stage: &'static str, words: impl Into<String>) -> Failure {
        Failure {
            stage,
            code: None,
            words: words.into(),
            of_the_road: true,
            is_final: false,
        }
    }

    fn of(stage: &'static str, error: &Error) -> Failure {
        let code = error.status().map(u16::from);
        let source = error.source().map(ToString::to_string);
        let words = match code {
            Some(code) => format!("{code} {}", source.unwrap_or_default()),
            None => source.unwrap_or_else(|| error.to_string()),
        };
        // Up to the sender's address nothing is said of the mail; 421 closes the connection whenever it comes; these 53x
        // want us to sign in or to encrypt.
        let of_all = matches!(stage, "connect" | "encrypt" | "sign in");
        let of_setup = matches!(code, Some(421 | 530 | 534 | 535 | 538));
        Failure {
            stage,
            code,
            words: short(&words),
            of_the_road: of_all || of_setup || code.is_none(),
            is_final: error.is_permanent(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = if self.code.is_some() {
            "the mail server answered "
        } else {
            ""
        };
        match self.stage {
            "connect" => write!(f, "no connection to the mail server: {said}{}", self.words),
            "encrypt" => write!(
                f,
                "the connection could not be encrypted: {said}{}",
                self.words
            ),
            "sign in" => write!(f, "signing in failed: {said}{}", self.words),
            stage => write!(f, "{stage}: {said}{}", self.words),
        }
    }
}

/// One line, not too long.
fn short(text: &str) -> String {
    let line = hiring::mail::source::one_line(text);
    line.chars().take(LONGEST_ANSWER).collect()
}

fn answer(response: &Response) -> String {
    let lines: Vec<&str> = response.message().collect();
    short(&format!("{} {}", response.code(), lines.join(" ")))
}

/// A connection over which mail can be sent.
pub(super) struct Road {
    connection: AsyncSmtpConnection,
    step: Duration,
    message: Duration,
    used: usize,
}

impl Road {
    /// Connects, encrypts and signs in, as the settings want it; what was done is added to `steps`.
    pub async fn open(settings: &Settings, steps: &mut Vec<String>) -> Result<Road, Failure> {
        let hello = ClientId::Domain(settings.hello.clone());
        let limits = &settings.limits;
        let wrapper = match settings.wrapped {
            true => Some(tls(settings)?),
            false => None,
        };
        let address = (settings.host.as_str(), settings.port);
        let connecting =
            AsyncSmtpConnection::connect_tokio1(address, Some(limits.step), &hello, wrapper, None);
        let connection = in_time("connect", limits.step, connecting).await?;
        let sort = if settings.wrapped {
            ", encrypted from the first byte"
        } else {
            ""
        };
        steps.push(format!(
            "Connected to {}:{}{sort}.",
            settings.host, settings.port
        ));
        let mut road = Road {
            connection,
            step: limits.step,
            message: limits.message,
            used: 0,
        };
        if !settings.wrapped {
            road.encrypt(settings, &hello, steps).await?;
        }
        road.sign_in(settings, steps).await?;
        Ok(road)
    }

    async fn encrypt(
        &mut self,
        settings: &Settings,
        hello: &ClientId,
        steps: &mut Vec<String>,
    ) -> Result<(), Failure> {
        match (settings.tls, self.connection.can_starttls()) {
            (Tls::None, _) => {
                steps.push("Not encrypted, as --smtp-tls none says.".to_owned());
                Ok(())
            }
            (Tls::Opportunistic, false) => {
                steps.push("Not encrypted: the server offers no STARTTLS.".to_owned());
                Ok(())
            }
            (Tls::Required, false) => Err(Failure::ours(
                "encrypt",
                "the server offers no STARTTLS. If it is on this machine or in a network that you trust, say \
                 --smtp-tls none; if it speaks TLS from the first byte, write smtps://",
            )),
            (_, true) => {
                let upgrade = self.connection.starttls(tls(settings)?, hello);
                in_time("encrypt", self.step, upgrade).await?;
                steps.push("Encrypted by STARTTLS; the certificate is good.".to_owned());
                Ok(())
            }
        }
    }

    async fn sign_in(
        &mut self,
        settings: &Settings,
        steps: &mut Vec<String>,
    ) -> Result<(), Failure> {
        let Some((name, password)) = &settings.credentials else {
            return Ok(());
        };
        if !self.connection.is_encrypted() && settings.tls != Tls::None {
            let words = "the password is not sent over a connection that is not encrypted";
            return Err(Failure::ours("sign in", words));
        }
        let ways = [Mechanism::Plain, Mechanism::Login];
        let credentials = Credentials::new(name.clone(), password.clone());
        let signing = self.connection.auth(&ways, &credentials);
        in_time("sign in", self.step, signing).await?;
        steps.push("Signed in.".to_owned());
        Ok(())
    }

    /// Tells the server from whom a message comes and to whom it goes.
    pub async fn offer(&mut self, message: &Message) -> Result<(), Failure> {
        let mut parameters = Vec::new();
        let ascii = [&message.from, &message.to]
            .iter()
            .all(|a| a.to_string().is_ascii());
        let info = self.connection.server_info();
        if !ascii {
            if !info.supports_feature(Extension::SmtpUtfEight) {
                return Err(Failure {
                    of_the_road: false,
                    is_final: true,
                    ..Failure::ours(
                        "recipient",
                        "the address has letters beyond ASCII before its @, and the mail server cannot carry those \
                         (SMTPUTF8)",
                    )
                });
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let mail = Mail::new(Some(message.from.clone()), parameters);
        in_time("sender", self.step, self.connection.command(mail)).await?;
        let rcpt = Rcpt::new(message.to.clone(), Vec::new());
        in_time("recipient", self.step, self.connection.command(rcpt)).await?;
        Ok(())
    }

    /// Sends the message that was offered; the server's answer.
    pub async fn deliver(&mut self, message: &Message) -> Result<String, (Failure, After)> {
        let data = in_time("message", self.step, self.connection.command(Data)).await;
        data.map_err(|failure| (failure, After::Answer))?;
        self.used += 1;
        let sending = self.connection.message(&message.bytes);
        match in_time("message", self.message, sending).await {
            Ok(response) => Ok(answer(&response)),
            Err(failure) if failure.code.is_some() => Err((failure, After::Answer)),
            Err(failure) => Err((failure, After::Content)),
        }
    }

    /// Whether as many messages went over it as should.
    pub fn is_used_up(&self, most: usize) -> bool {
        self.used >= most
    }

    /// Takes back what was offered; whether the connection is good for another message.
    pub async fn reset(&mut self) -> bool {
        in_time("reset", self.step, self.connection.command(Rset))
            .await
            .is_ok()
    }

    /// Says good-bye; whether that is heard does not matter.
    pub async fn leave(mut self) {
        let _ = tokio::time::timeout(Duration::from_secs(2), self.connection.quit()).await;
    }
}

async fn in_time<T>(
    stage: &'static str,
    limit: Duration,
    step: impl Future<Output = Result<T, Error>>,
) -> Result<T, Failure> {
    match tokio::time::timeout(limit, step).await {
        Ok(outcome) => outcome.map_err(|error| Failure::of(stage, &error)),
        Err(_) => {
            let words = format!("no answer within {} s", limit.as_secs_f32());
            Err(Failure::ours(stage, words))
        }
    }
}

fn tls(settings: &Settings) -> Result<TlsParameters, Failure> {
    let failed = |error: Error| Failure::of("encrypt", &error);
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.authorities {
        builder = builder.add_root_certificate(Certificate::from_pem(pem).map_err(failed)?);
    }
    builder.build_rustls().map_err(failed)
}
