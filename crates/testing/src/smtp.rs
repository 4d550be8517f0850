//! The other side of mailing: an SMTP server on loopback that does as it is told at each step, well or badly, with STARTTLS
//! under a certificate of its own making, and signing in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// A step of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Step {
    Greeting,
    Ehlo,
    Mail,
    Rcpt,
    Data,
    /// The message itself, up to its last dot.
    Content,
    Reset,
}

/// What the server does at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// What a good server does.
    Usual,
    /// Answers this, and does nothing else.
    Say(&'static str),
    /// Answers this and closes.
    SayAndClose(&'static str),
    /// Says nothing more, and keeps the connection.
    Hang,
    /// Closes the connection.
    Drop,
    /// Of the message: takes it, and closes the connection without an answer.
    TakeAndDrop,
    /// Of the message: takes it, says nothing, and keeps the connection.
    TakeAndHang,
}

/// A message that was taken.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Taken {
    pub from: String,
    pub to: String,
    /// As it came, without the dots.
    pub text: String,
    pub encrypted: bool,
    pub signed_in: bool,
    /// Parameters of MAIL.
    pub parameters: String,
}

impl Taken {
    /// What a header says.
    pub fn header(&self, name: &str) -> Option<&str> {
        let head = self.text.split("\r\n\r\n").next()?;
        let line = head.split("\r\n").find(|line| {
            line.split(':')
                .next()
                .is_some_and(|n| n.eq_ignore_ascii_case(name))
        })?;
        Some(line.split_once(": ")?.1)
    }
}

type Script = dyn Fn(Step, usize) -> Act + Send + Sync;

/// How a server is.
#[derive(Clone)]
pub struct Kind {
    /// Offers STARTTLS.
    pub starttls: bool,
    /// Speaks TLS from the first byte.
    pub wrapped: bool,
    /// Wants to be told this name and password.
    pub credentials: Option<(&'static str, &'static str)>,
    /// Carries addresses beyond ASCII.
    pub utf8: bool,
}

/// One with STARTTLS and nothing else.
pub const USUAL: Kind = Kind {
    starttls: true,
    wrapped: false,
    credentials: None,
    utf8: false,
};

#[derive(Default)]
struct Seen {
    taken: Vec<Taken>,
    /// How often each step was come to.
    steps: HashMap<Step, usize>,
    connections: usize,
}

/// A server at work, until it is dropped.
#[derive(Clone)]
pub struct Smtp {
    /// On 127.0.0.1.
    pub port: u16,
    /// Its authority, as PEM.
    pub authority: Vec<u8>,
    seen: Arc<Mutex<Seen>>,
}

impl Smtp {
    /// A server that does what a good one does.
    pub async fn good() -> Smtp {
        Smtp::start(USUAL, |_, _| Act::Usual).await
    }

    /// A server of this kind. `script` is asked at each step, with how often it was come to before.
    pub async fn start(
        kind: Kind,
        script: impl Fn(Step, usize) -> Act + Send + Sync + 'static,
    ) -> Smtp {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (config, authority) = certificate();
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let server = Server {
            kind,
            script: Arc::new(script),
            acceptor: TlsAcceptor::from(Arc::new(config)),
            seen: seen.clone(),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = server.clone();
                tokio::spawn(async move { server.serve(stream).await });
            }
        });
        Smtp {
            port,
            authority,
            seen,
        }
    }

    /// What it has taken so far.
    pub fn taken(&self) -> Vec<Taken> {
        self.seen.lock().unwrap().taken.clone()
    }

    /// How often a step was come to.
    pub fn count(&self, step: Step) -> usize {
        *self.seen.lock().unwrap().steps.get(&step).unwrap_or(&0)
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }
}

fn certificate() -> (ServerConfig, Vec<u8>) {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]);
    let made = made.expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key);
    (config.expect("a server"), made.cert.pem().into_bytes())
}

trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

#[derive(Clone)]
struct Server {
    kind: Kind,
    script: Arc<Script>,
    acceptor: TlsAcceptor,
    seen: Arc<Mutex<Seen>>,
}

/// What is known of one connection.
struct Talk {
    io: BufReader<Box<dyn Io>>,
    encrypted: bool,
    signed_in: bool,
    from: Option<(String, String)>,
    to: Option<String>,
}

/// Whether the conversation goes on.
enum Then {
    On,
    End,
}

impl Server {
    async fn serve(&self, stream: tokio::net::TcpStream) -> Option<()> {
        self.seen.lock().unwrap().connections += 1;
        let io: Box<dyn Io> = match self.kind.wrapped {
            true => Box::new(self.acceptor.accept(stream).await.ok()?),
            false => Box::new(stream),
        };
        let mut talk = Talk {
            io: BufReader::new(io),
            encrypted: self.kind.wrapped,
            signed_in: false,
            from: None,
            to: None,
        };
        if let Then::End = self
            .act(&mut talk, Step::Greeting, "220 smtp.test ready")
            .await?
        {
            return None;
        }
        loop {
            let line = line(&mut talk.io).await?;
            let word = line.split([' ', ':']).next()?.to_ascii_uppercase();
            let then = match word.as_str() {
                "EHLO" | "HELO" => {
                    let offer = self.offer(&talk);
                    self.act(&mut talk, Step::Ehlo, &offer).await?
                }
                "STARTTLS" if self.kind.starttls && !talk.encrypted => {
                    say(&mut talk.io, "220 go ahead").await?;
                    let stream = talk.io.into_inner();
                    let stream = self.acceptor.accept(stream).await.ok()?;
                    talk.io = BufReader::new(Box::new(stream));
                    talk.encrypted = true;
                    Then::On
                }
                "AUTH" => self.sign_in(&mut talk, &line).await?,
                "MAIL" if self.kind.credentials.is_some() && !talk.signed_in => {
                    say(&mut talk.io, "530 5.7.0 Authentication required").await?;
                    Then::On
                }
                "MAIL" => {
                    let rest = line.split_once('>').map_or("", |(_, rest)| rest).trim();
                    talk.from = Some((address(&line), rest.to_owned()));
                    self.act(&mut talk, Step::Mail, "250 sender ok").await?
                }
                "RCPT" => {
                    talk.to = Some(address(&line));
                    self.act(&mut talk, Step::Rcpt, "250 recipient ok").await?
                }
                "DATA" => match self.act(&mut talk, Step::Data, "354 go on").await? {
                    Then::On if self.last_was_usual(Step::Data) => self.content(&mut talk).await?,
                    then => then,
                },
                "RSET" => {
                    (talk.from, talk.to) = (None, None);
                    self.act(&mut talk, Step::Reset, "250 forgotten").await?
                }
                "QUIT" => {
                    say(&mut talk.io, "221 bye").await?;
                    return None;
                }
                _ => {
                    say(&mut talk.io, "500 what?").await?;
                    Then::On
                }
            };
            if let Then::End = then {
                return None;
            }
        }
    }

    fn offer(&self, talk: &Talk) -> String {
        let mut lines = vec!["smtp.test".to_owned(), "8BITMIME".to_owned()];
        if self.kind.starttls && !talk.encrypted {
            lines.push("STARTTLS".to_owned());
        }
        if self.kind.credentials.is_some() {
            lines.push("AUTH PLAIN LOGIN".to_owned());
        }
        if self.kind.utf8 {
            lines.push("SMTPUTF8".to_owned());
        }
        let last = lines.len() - 1;
        let lines: Vec<String> = lines
            .iter()
            .enumerate()
            .map(|(n, line)| format!("250{}{line}", if n == last { ' ' } else { '-' }))
            .collect();
        lines.join("\r\n")
    }

    async fn sign_in(&self, talk: &mut Talk, line: &str) -> Option<Then> {
        use base64::Engine as _;
        let wanted = self
            .kind
            .credentials
            .map(|(name, password)| format!("\0{name}\0{password}"));
        let sent = line.rsplit(' ').next()?;
        let sent = base64::engine::general_purpose::STANDARD
            .decode(sent)
            .ok()?;
        talk.signed_in = wanted.is_some_and(|wanted| wanted.as_bytes() == sent);
        let answer = match talk.signed_in {
            true => "235 2.7.0 welcome",
            false => "535 5.7.8 Authentication credentials invalid",
        };
        say(&mut talk.io, answer).await?;
        Some(Then::On)
    }

    /// What the script did the last time it was asked at this step.
    fn last_was_usual(&self, step: Step) -> bool {
        let before = *self.seen.lock().unwrap().steps.get(&step).unwrap_or(&1);
        (self.script)(step, before - 1) == Act::Usual
    }

    async fn content(&self, talk: &mut Talk) -> Option<Then> {
        let mut text = String::new();
        loop {
            let line = line(&mut talk.io).await?;
            if line == "." {
                break;
            }
            text.push_str(line.strip_prefix('.').unwrap_or(&line));
            text.push_str("\r\n");
        }
        let act = self.next(Step::Content);
        if matches!(act, Act::Usual | Act::TakeAndDrop | Act::TakeAndHang) {
            let (from, parameters) = talk.from.take()?;
            self.seen.lock().unwrap().taken.push(Taken {
                from,
                to: talk.to.take()?,
                text,
                encrypted: talk.encrypted,
                signed_in: talk.signed_in,
                parameters,
            });
        }
        self.do_it(talk, act, "250 2.0.0 taken as 4711").await
    }

    fn next(&self, step: Step) -> Act {
        let mut seen = self.seen.lock().unwrap();
        let count = seen.steps.entry(step).or_default();
        *count += 1;
        (self.script)(step, *count - 1)
    }

    async fn act(&self, talk: &mut Talk, step: Step, usual: &str) -> Option<Then> {
        let act = self.next(step);
        self.do_it(talk, act, usual).await
    }

    async fn do_it(&self, talk: &mut Talk, act: Act, usual: &str) -> Option<Then> {
        match act {
            Act::Usual => say(&mut talk.io, usual).await?,
            Act::Say(answer) => say(&mut talk.io, answer).await?,
            Act::SayAndClose(answer) => {
                say(&mut talk.io, answer).await?;
                return Some(Then::End);
            }
            Act::Hang | Act::TakeAndHang => std::future::pending().await,
            Act::Drop | Act::TakeAndDrop => return Some(Then::End),
        }
        Some(Then::On)
    }
}

async fn line(io: &mut BufReader<Box<dyn Io>>) -> Option<String> {
    let mut bytes = Vec::new();
    io.read_until(b'\n', &mut bytes).await.ok()?;
    let text = String::from_utf8(bytes).ok()?;
    Some(text.strip_suffix("\r\n")?.to_owned())
}

async fn say(io: &mut BufReader<Box<dyn Io>>, text: &str) -> Option<()> {
    io.get_mut()
        .write_all(format!("{text}\r\n").as_bytes())
        .await
        .ok()?;
    io.get_mut().flush().await.ok()
}

fn address(line: &str) -> String {
    let inner = line
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or(String::new(), |(address, _)| address.to_owned())
}
