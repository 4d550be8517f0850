//! Closing a connection so that the last answer arrives.
//!
//! A request may be refused before it is read whole (a body over the limit, no key). Closing the socket then, with
//! bytes of it unread or still on their way, makes the kernel send a reset, and a client that sends all before it
//! reads anything loses the answer: "connection reset" instead of 413. So we say that we are done, and read on into
//! nowhere for a moment until the client is done too. (nginx calls it lingering close.)

use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep};

/// How long a client may go on sending to nobody.
const WHOLE: Duration = Duration::from_secs(30);
/// How long it may be silent meanwhile.
const SILENCE: Duration = Duration::from_secs(2);

/// A connection that lingers when it is shut down, unless the server stops: then idle clients, who will not hang up
/// by themselves, must not be waited for.
pub struct Lingering {
    stream: TcpStream,
    stop: watch::Receiver<bool>,
    last: Option<Last>,
}

struct Last {
    until: Instant,
    silence: Pin<Box<Sleep>>,
}

impl Lingering {
    /// `stop` turns true when the server stops.
    pub fn new(stream: TcpStream, stop: watch::Receiver<bool>) -> Lingering {
        Lingering {
            stream,
            stop,
            last: None,
        }
    }
}

impl AsyncRead for Lingering {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Lingering {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    /// Ends our side, then reads into nowhere until the client ends its own, or its time is over.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let this = self.get_mut();
        ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
        let last = this.last.get_or_insert_with(|| Last {
            until: Instant::now() + WHOLE,
            silence: Box::pin(sleep(SILENCE)),
        });
        let mut nowhere = [0; 16 << 10];
        while !*this.stop.borrow() && Instant::now() < last.until {
            let mut buffer = ReadBuf::new(&mut nowhere);
            match Pin::new(&mut this.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    last.silence.as_mut().reset(Instant::now() + SILENCE);
                }
                Poll::Ready(_) => break,
                Poll::Pending => return last.silence.as_mut().poll(cx).map(Ok),
            }
        }
        Poll::Ready(Ok(()))
    }
}
