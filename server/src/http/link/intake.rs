//! What one link says: frames in numbered requests, each frame taken once, however often its request had to be repeated.

use super::mailbox::Mailbox;
use crate::collab::link::Heard;
use crate::http::transport::{Incoming, ReadEnd, SocketReader};
use bytes::Bytes;
use shared::lib0::Cursor;
use shared::wire::Codec;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;

/// Frames taken from requests and not yet looked at. The request waits for the rest, which slows a fast client down as TCP does a socket's.
const FRAMES_QUEUED: usize = 8;

/// Frames in one request. A tab that has more to say says it in the next one.
const FRAMES_PER_REQUEST_MAX: usize = 1024;

/// The numbered frames of one client, on their way to the link's connection.
#[derive(Debug)]
pub(super) struct Intake {
    /// Held for the whole of one request: requests that overlap are one after the other.
    inward: Mutex<Inward>,
    gone: CancellationToken,
}

#[derive(Debug)]
struct Inward {
    heard: Heard,
    frames: mpsc::Sender<Bytes>,
}

/// Why frames were not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IntakeError {
    /// Frames before these have not come.
    Gap,
    /// The link is over.
    Over,
}

/// The half of the transport that reads.
#[derive(Debug)]
pub(super) struct IntakeReader {
    frames: mpsc::Receiver<Bytes>,
    codec: Codec,
    mailbox: Arc<Mailbox>,
    gone: CancellationToken,
}

/// The two ends. The reader also ends when nobody listens at the mailbox any more.
pub(super) fn intake(codec: Codec, mailbox: &Arc<Mailbox>) -> (Intake, IntakeReader) {
    let (sender, receiver) = mpsc::channel(FRAMES_QUEUED);
    let gone = CancellationToken::new();
    let intake = Intake {
        inward: Mutex::new(Inward {
            heard: Heard::default(),
            frames: sender,
        }),
        gone: gone.clone(),
    };
    let reader = IntakeReader {
        frames: receiver,
        codec,
        mailbox: mailbox.clone(),
        gone,
    };
    (intake, reader)
}

impl Intake {
    /// Takes the frames `first`, `first + 1` and so on; those that were taken before are passed over. What was taken stays taken when the
    /// request breaks off in the middle.
    pub(super) async fn take(&self, first: u64, frames: Vec<Bytes>) -> Result<(), IntakeError> {
        let mut inward = self.inward.lock().await;
        let known = inward.heard.known(first).map_err(|_| IntakeError::Gap)?;
        for frame in frames.into_iter().skip(known) {
            let place = inward.frames.clone().reserve_owned().await;
            let place = place.map_err(|_| IntakeError::Over)?;
            // Nothing can come between the two.
            inward.heard.hear();
            place.send(frame);
        }
        Ok(())
    }

    /// The client has left; what it said before is still heard.
    pub(super) fn leave(&self) {
        self.gone.cancel();
    }
}

impl SocketReader for IntakeReader {
    async fn next(&mut self) -> Result<Incoming, ReadEnd> {
        let frame = tokio::select! {
            biased;
            frame = self.frames.recv() => frame,
            () = self.gone.cancelled() => None,
            () = self.mailbox.abandoned() => None,
        };
        let frame = frame.ok_or(ReadEnd::Gone)?;
        Ok(match self.codec {
            Codec::Binary => Incoming::Binary(frame),
            Codec::Json => Incoming::Text(frame),
        })
    }
}

/// The frames of a request's body: as a bundle (each behind its length), or as lines of JSON. None when it is neither, or holds too many.
pub(super) fn frames(codec: Codec, body: &Bytes) -> Option<Vec<Bytes>> {
    let mut frames = Vec::new();
    match codec {
        Codec::Binary => {
            let mut cursor = Cursor::new(body, 0);
            while !cursor.is_at_end() {
                if frames.len() == FRAMES_PER_REQUEST_MAX {
                    return None;
                }
                frames.push(body.slice_ref(cursor.bytes().ok()?));
            }
        }
        Codec::Json => {
            for line in body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                if frames.len() == FRAMES_PER_REQUEST_MAX {
                    return None;
                }
                frames.push(body.slice_ref(line));
            }
        }
    }
    Some(frames)
}

/// The other way round: the body that tells frames.
pub(super) fn body(codec: Codec, frames: &[Bytes]) -> Bytes {
    match codec {
        Codec::Binary => shared::bundle::write(frames),
        Codec::Json => {
            let mut body = Vec::with_capacity(frames.iter().map(|frame| frame.len() + 1).sum());
            for frame in frames {
                body.extend_from_slice(frame);
                body.push(b'\n');
            }
            body.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn heard(reader: &mut IntakeReader, count: usize) -> Vec<Incoming> {
        let mut heard = Vec::new();
        for _ in 0..count {
            heard.push(reader.next().await.unwrap());
        }
        heard
    }

    fn binary(bytes: &'static [u8]) -> Incoming {
        Incoming::Binary(Bytes::from_static(bytes))
    }

    fn some(bytes: &[&'static [u8]]) -> Vec<Bytes> {
        bytes.iter().map(|bytes| Bytes::from_static(bytes)).collect()
    }

    #[tokio::test]
    async fn a_repeated_request_is_answered_and_its_frames_are_heard_once() {
        let mailbox = Mailbox::new();
        let (intake, mut reader) = intake(Codec::Binary, &mailbox);
        for _ in 0..2 {
            intake.take(1, some(&[b"a", b"b"])).await.unwrap();
        }
        // A request that was built anew after the first one broke holds more.
        intake.take(2, some(&[b"b", b"c"])).await.unwrap();
        assert_eq!(intake.take(5, some(&[b"e"])).await, Err(IntakeError::Gap));
        intake.leave();
        assert_eq!(heard(&mut reader, 3).await, [binary(b"a"), binary(b"b"), binary(b"c")]);
        assert_eq!(reader.next().await, Err(ReadEnd::Gone));
    }

    #[tokio::test]
    async fn a_request_that_breaks_off_leaves_no_gap_and_no_double() {
        let mailbox = Mailbox::new();
        let (intake, mut reader) = intake(Codec::Binary, &mailbox);
        let frames: Vec<Bytes> = (0..20u8).map(|byte| Bytes::copy_from_slice(&[byte])).collect();
        {
            let mut taking = std::pin::pin!(intake.take(1, frames.clone()));
            // The queue is full before all are in.
            assert!(futures_util::poll!(&mut taking).is_pending());
        }
        let whole = async {
            intake.take(1, frames.clone()).await.unwrap();
            intake.leave();
        };
        let ((), heard) = tokio::join!(whole, heard(&mut reader, frames.len()));
        let expected: Vec<_> = frames.into_iter().map(Incoming::Binary).collect();
        assert_eq!(heard, expected);
        assert_eq!(reader.next().await, Err(ReadEnd::Gone));
    }

    #[test]
    fn bodies_are_read_as_they_are_written_and_bounded() {
        let some = some(&[b"{}", b"[1]"]);
        for codec in [Codec::Binary, Codec::Json] {
            assert_eq!(frames(codec, &body(codec, &some)).unwrap(), some);
        }
        assert_eq!(frames(Codec::Binary, &Bytes::from_static(&[9, 1])), None);
        let many = vec![Bytes::from_static(b"1"); FRAMES_PER_REQUEST_MAX + 1];
        for codec in [Codec::Binary, Codec::Json] {
            assert_eq!(frames(codec, &body(codec, &many)), None);
        }
    }
}
