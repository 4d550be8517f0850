//! HTTP/1.1 as far as these tests need it: one keep-alive connection, one request at a time.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;

use testing::app::{Call, Reply};

use crate::binary::PATIENCE;

/// One connection to a running server.
pub struct Client {
    stream: BufReader<TcpStream>,
    address: String,
    /// The server said with its last answer that it closes the connection.
    parted: bool,
}

/// Why a request has no answer.
#[derive(Debug)]
pub enum Cut {
    /// The connection ended before the first byte of an answer: the request may or may not have been done.
    Unanswered,
    /// The connection ended within the answer.
    Midway(String),
}

impl Client {
    /// Connects to `address` (`127.0.0.1:8080`).
    pub fn connect(address: &str) -> std::io::Result<Client> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Client {
            stream: BufReader::new(stream),
            address: address.to_owned(),
            parted: false,
        })
    }

    /// Sends `call` and reads the whole answer; on a new connection where the last one was to be closed.
    pub fn send(&mut self, call: &Call) -> Result<Reply, Cut> {
        if self.parted {
            *self = Client::connect(&self.address).map_err(|_| Cut::Unanswered)?;
        }
        let mut bytes = head(call, Some(call.body.len()));
        bytes.extend_from_slice(&call.body);
        self.write(&bytes).map_err(|_| Cut::Unanswered)?;
        self.reply()
    }

    /// Sends bytes as they are.
    pub fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Reads one answer.
    pub fn reply(&mut self) -> Result<Reply, Cut> {
        let status = self.line()?.ok_or(Cut::Unanswered)?;
        let midway = |what: &str| Cut::Midway(what.to_owned());
        let status = status
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3)?.parse().ok())
            .ok_or_else(|| midway(&status))?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?.ok_or_else(|| midway("in the head"))?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or_else(|| midway(&line))?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut reply = Reply {
            status,
            headers,
            bytes: Vec::new(),
        };
        if reply.header("transfer-encoding") == "chunked" {
            while let Some(chunk) = self.chunk()? {
                reply.bytes.extend(chunk);
            }
        } else {
            let length = reply.header("content-length").parse().unwrap_or(0);
            reply.bytes = self.exactly(length)?;
        }
        self.parted = reply.header("connection") == "close";
        Ok(reply)
    }

    /// Whether the server closes the connection rather than say anything, or nothing.
    pub fn is_closed(&mut self) -> bool {
        match self.stream.fill_buf() {
            Ok(bytes) => bytes.is_empty(),
            Err(e) => !is_timeout(&e),
        }
    }

    fn chunk(&mut self) -> Result<Option<Vec<u8>>, Cut> {
        let midway = || Cut::Midway("in a chunk".to_owned());
        let size = self.line()?.ok_or_else(midway)?;
        let size = usize::from_str_radix(size.trim(), 16).map_err(|_| midway())?;
        let bytes = self.exactly(size)?;
        self.line()?.ok_or_else(midway)?;
        Ok((size > 0).then_some(bytes))
    }

    fn exactly(&mut self, length: usize) -> Result<Vec<u8>, Cut> {
        let mut bytes = vec![0; length];
        match self.stream.read_exact(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(e) => Err(Cut::Midway(must_not_hang(e).to_string())),
        }
    }

    /// A line without its end; `None` where the connection ends before it begins.
    fn line(&mut self) -> Result<Option<String>, Cut> {
        let mut line = Vec::new();
        let ended = match self.stream.read_until(b'\n', &mut line) {
            Ok(_) => line.is_empty(),
            Err(e) => {
                must_not_hang(e);
                line.is_empty()
            }
        };
        match line.strip_suffix(b"\r\n") {
            _ if ended => Ok(None),
            Some(text) => Ok(Some(String::from_utf8_lossy(text).into_owned())),
            None => Err(Cut::Midway("in a line of the head".to_owned())),
        }
    }
}

/// The head of `call`, with its blank line; without a `length` the body is announced as chunked.
pub fn head(call: &Call, length: Option<usize>) -> Vec<u8> {
    let mut text = format!(
        "{} {} HTTP/1.1\r\nHost: muster.test\r\n",
        call.method, call.path
    );
    for (name, value) in &call.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    match length {
        Some(length) => text.push_str(&format!("Content-Length: {length}\r\n\r\n")),
        None => text.push_str("Transfer-Encoding: chunked\r\n\r\n"),
    }
    text.into_bytes()
}

fn is_timeout(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn must_not_hang(error: std::io::Error) -> std::io::Error {
    assert!(!is_timeout(&error), "no answer within {PATIENCE:?}");
    error
}
