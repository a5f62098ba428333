//! One TCP connection: its first bytes can be looked at before it is known which HTTP they are, and a peer that takes nothing is given up.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// A peer that takes not one byte of what waits for it for this long is given up: what is being sent to it is held in memory.
const STALL_MAX: Duration = Duration::from_secs(60);

/// What every HTTP/2 client says first (RFC 9113, 3.4). No request of HTTP/1.1 begins so.
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Which HTTP the peer speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spoken {
    Http1,
    Http2,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Stream {
    stream: TcpStream,
    /// Read to find out which HTTP it is, and not handed on yet.
    first: [u8; PREFACE.len()],
    first_read: usize,
    first_given: usize,
    /// Runs while the peer takes nothing.
    stall: Option<Pin<Box<Sleep>>>,
}

impl Stream {
    pub(super) const fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            first: [0; PREFACE.len()],
            first_read: 0,
            first_given: 0,
            stall: None,
        }
    }

    /// Reads until it is clear which HTTP the peer speaks. It may take its time; the caller has a limit.
    pub(super) async fn spoken(&mut self) -> io::Result<Spoken> {
        loop {
            let read = self.stream.read(&mut self.first[self.first_read..]).await?;
            self.first_read += read;
            if read == 0 || self.first[..self.first_read] != PREFACE[..self.first_read] {
                return Ok(Spoken::Http1);
            }
            if self.first_read == PREFACE.len() {
                return Ok(Spoken::Http2);
            }
        }
    }

    /// Lets a write through, and gives up when none has got through for too long.
    fn check_stall<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stall = None;
            return written;
        }
        let stall = self.stall.get_or_insert_with(|| Box::pin(sleep(STALL_MAX)));
        match stall.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let waiting = &this.first[this.first_given..this.first_read];
        if !waiting.is_empty() {
            let given = waiting.len().min(buf.remaining());
            buf.put_slice(&waiting[..given]);
            this.first_given += given;
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut this.stream).poll_read(context, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.check_stall(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.check_stall(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
