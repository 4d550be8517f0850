//! The port, and connections that can be reset.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::house::{House, Options};
use crate::{Fake, Faults, act, inspect};

/// A fake in this process, until it is dropped.
pub struct Running {
    house: House,
    task: JoinHandle<()>,
}

impl Running {
    /// Where it is, without a slash at the end.
    pub fn url(&self) -> &str {
        self.house.base()
    }

    /// What an integration must be told: a value by its name, `""` if there is none; `job_id` is a job that it has.
    pub fn account(&self, name: &str) -> String {
        let fake = self.house.fake();
        let name = match name {
            "job_id" => return fake.job().to_owned(),
            "url" => "base_url",
            name => name,
        };
        let all = fake.account(self.url());
        let found = all.into_iter().find(|(n, _)| *n == name);
        found.map(|(_, value)| value).unwrap_or_default()
    }

    /// What `GET /_fake/candidates` shows.
    pub fn candidates(&self) -> Vec<serde_json::Value> {
        inspect::candidates(&self.house)
    }

    /// What `GET /_fake/requests` shows of those it remembers.
    pub fn requests(&self) -> Vec<serde_json::Value> {
        inspect::requests(&self.house, 0, usize::MAX)
    }

    /// How often this fault has struck.
    pub fn struck(&self, fault: &str) -> u64 {
        let faults = self.house.faults();
        faults.given().get(fault).copied().unwrap_or(0)
    }

    /// How many people it holds.
    pub fn people(&self) -> u64 {
        self.house.books().people.len() as u64
    }

    /// How many files that were named by an address are still being fetched.
    pub fn fetching(&self) -> usize {
        self.house.fetching()
    }

    /// How many requests have come.
    pub fn asked(&self) -> u64 {
        self.house.seen().all
    }

    /// From now on this goes wrong (`Faults::parse`).
    pub fn set_faults(&self, line: &str) {
        let faults = Faults::parse(line).unwrap_or_else(|why| panic!("{why}"));
        self.house.faults().replace(faults);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Starts one on a free port of the loopback.
///
/// # Errors
/// When there is no port.
pub async fn start(fake: &'static dyn Fake, options: Options) -> io::Result<Running> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let house = House::new(fake, base(listener.local_addr()?), options);
    let task = tokio::spawn(run(listener, house.clone()));
    Ok(Running { house, task })
}

/// Serves on `listener` until the future is dropped.
///
/// # Errors
/// When the listener has no address.
pub async fn serve(
    listener: TcpListener,
    fake: &'static dyn Fake,
    options: Options,
) -> io::Result<()> {
    let house = House::new(fake, base(listener.local_addr()?), options);
    run(listener, house).await;
    Ok(())
}

fn base(address: SocketAddr) -> String {
    match address {
        // "All interfaces" is no address to call.
        a if a.ip().is_unspecified() => format!("http://127.0.0.1:{}", a.port()),
        a => format!("http://{a}"),
    }
}

async fn run(listener: TcpListener, house: House) {
    let router = act::router(house);
    let service = router.into_make_service_with_connect_info::<Line>();
    // Ends only with its future: accept errors are waited out by axum.
    let _ = axum::serve(Port(listener), service).await;
}

/// Accepts [`Wire`]s.
struct Port(TcpListener);

impl axum::serve::Listener for Port {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        let (stream, from) = axum::serve::Listener::accept(&mut self.0).await;
        let _ = stream.set_nodelay(true);
        let line = Line::default();
        (Wire { stream, line }, from)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A connection's end, as handlers hold it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line(Arc<AtomicBool>);

impl Line {
    /// The next thing written goes nowhere: the caller's kernel is told that the connection is no more.
    pub(crate) fn reset(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Connected<IncomingStream<'_, Port>> for Line {
    fn connect_info(stream: IncomingStream<'_, Port>) -> Line {
        stream.io().line.clone()
    }
}

/// A connection that can be reset.
struct Wire {
    stream: TcpStream,
    line: Line,
}

impl Wire {
    fn stands(&self) -> io::Result<()> {
        if !self.line.0.load(Ordering::SeqCst) {
            return Ok(());
        }
        // Closing then sends a reset instead of an orderly end.
        self.stream.set_zero_linger()?;
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stands()?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stands()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stands()?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
