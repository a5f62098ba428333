//! What one link is told: numbered frames, kept until the client has acknowledged them, so that a request that broke is asked again.

use crate::collab::link::{Kept, OutOfRange};
use crate::http::transport::{Gone, Outgoing, SocketWriter};
use bytes::Bytes;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout_at};

/// A link that nobody has listened to for this long has lost its client: a tab calls it dead before that.
const UNATTENDED_MAX: Duration = Duration::from_secs(30);

/// The frames of one link, from its connection to its client's requests. See the module.
#[derive(Debug)]
pub(super) struct Mailbox {
    /// Held for a look or a change and never across an await: one task puts in, requests take out.
    state: Mutex<State>,
    /// Something can be taken, or is over.
    filled: Notify,
    /// Something was acknowledged.
    emptied: Notify,
    attendance: watch::Sender<Attendance>,
}

#[derive(Debug, Default)]
struct State {
    kept: Kept,
    end: Option<End>,
}

/// Why a link is over, as a WebSocket would say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// The close code.
    pub(super) code: u16,
    /// The word for it.
    pub(super) reason: &'static str,
}

/// What follows a number.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// In order.
    pub(super) frames: Vec<Bytes>,
    /// Told once there are no frames left.
    pub(super) end: Option<End>,
}

/// Who listens at the moment: at most one request, since a newer one takes the place of an older.
#[derive(Clone, Copy, Debug)]
struct Attendance {
    /// Counts the requests.
    latest: u64,
    listening: usize,
    /// When `listening` fell to none.
    left_at: Instant,
}

/// A request that listens, for as long as this is kept.
#[derive(Debug)]
pub(super) struct Listener {
    mailbox: Arc<Mailbox>,
    number: u64,
}

/// The half of the transport that writes.
#[derive(Debug)]
pub(super) struct MailboxWriter(pub(super) Arc<Mailbox>);

impl Mailbox {
    pub(super) fn new() -> Arc<Self> {
        let attendance = Attendance {
            latest: 0,
            listening: 0,
            left_at: Instant::now(),
        };
        Arc::new(Self {
            state: Mutex::default(),
            filled: Notify::new(),
            emptied: Notify::new(),
            attendance: watch::channel(attendance).0,
        })
    }

    /// The client holds everything up to this number.
    pub(super) fn acknowledge(&self, through: u64) -> Result<(), OutOfRange> {
        self.lock().kept.acknowledge(through)?;
        self.emptied.notify_waiters();
        Ok(())
    }

    /// A request that wants what follows `after` comes to listen, in place of any before it.
    pub(super) fn listen(self: &Arc<Self>, after: u64) -> Result<Listener, OutOfRange> {
        self.lock().kept.after(after, 0)?;
        let mut number = 0;
        self.attendance.send_modify(|attendance| {
            attendance.latest += 1;
            attendance.listening += 1;
            number = attendance.latest;
        });
        // The one before has to notice.
        self.filled.notify_waiters();
        Ok(Listener {
            mailbox: self.clone(),
            number,
        })
    }

    /// Answers when nobody has listened for too long.
    pub(super) async fn abandoned(&self) {
        let mut attendance = self.attendance.subscribe();
        loop {
            let now = *attendance.borrow_and_update();
            let changed = async {
                attendance.changed().await.expect("the mailbox holds the sender");
            };
            if now.listening > 0 {
                changed.await;
            } else if timeout_at(now.left_at + UNATTENDED_MAX, changed).await.is_err() {
                return;
            }
        }
    }

    fn finish(&self, end: End) {
        self.lock().end.get_or_insert(end);
        self.filled.notify_waiters();
        self.emptied.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held; and if it did, the numbers are checked wherever they are used.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    /// Waits for what follows `after`: as many frames as there are, up to about `bytes_max`. None when another request has taken this one's place, or
    /// what follows is gone because that request acknowledged it.
    pub(super) async fn next(&self, after: u64, bytes_max: usize) -> Option<Batch> {
        loop {
            let mut filled = pin!(self.mailbox.filled.notified());
            // From here on no notification is missed.
            filled.as_mut().enable();
            if self.mailbox.attendance.borrow().latest != self.number {
                return None;
            }
            {
                let state = self.mailbox.lock();
                let following = state.kept.after(after, bytes_max).ok()?;
                let batch = Batch {
                    end: state.end.filter(|_| following.is_all),
                    frames: following.frames,
                };
                if !batch.frames.is_empty() || batch.end.is_some() {
                    return Some(batch);
                }
            }
            filled.await;
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.mailbox.attendance.send_modify(|attendance| {
            attendance.listening -= 1;
            attendance.left_at = Instant::now();
        });
    }
}

impl SocketWriter for MailboxWriter {
    async fn feed(&mut self, message: Outgoing) -> Result<(), Gone> {
        let (Outgoing::Binary(frame) | Outgoing::Text(frame)) = message;
        loop {
            let mut emptied = pin!(self.0.emptied.notified());
            emptied.as_mut().enable();
            {
                let mut state = self.0.lock();
                if state.end.is_some() {
                    return Err(Gone);
                }
                if state.kept.has_room_for(frame.len()) {
                    state.kept.push(frame);
                    return Ok(());
                }
            }
            // What was fed so far has to go out, so that it can be acknowledged.
            self.0.filled.notify_waiters();
            emptied.await;
        }
    }

    async fn flush(&mut self) -> Result<(), Gone> {
        self.0.filled.notify_waiters();
        Ok(())
    }

    async fn close(&mut self, code: u16, reason: &'static str) -> Result<(), Gone> {
        self.0.finish(End { code, reason });
        Ok(())
    }
}

impl Drop for MailboxWriter {
    fn drop(&mut self) {
        // Only what was not closed in order: the task is gone, and a request must not wait for it.
        self.0.finish(End {
            code: 1011,
            reason: "internal",
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of the frames that follow a number.
    async fn told(listener: &Listener, after: u64, bytes_max: usize) -> Vec<u8> {
        listener.next(after, bytes_max).await.unwrap().frames.concat()
    }

    fn frame(byte: u8) -> Outgoing {
        Outgoing::Binary(Bytes::copy_from_slice(&[byte]))
    }

    #[tokio::test]
    async fn the_end_is_told_after_the_last_frame() {
        let mailbox = Mailbox::new();
        let mut writer = MailboxWriter(mailbox.clone());
        writer.feed(frame(1)).await.unwrap();
        writer.feed(frame(2)).await.unwrap();
        writer.close(4401, "signed_out").await.unwrap();
        let listener = mailbox.listen(0).unwrap();
        assert_eq!(listener.next(0, 1).await.unwrap().end, None);
        let end = listener.next(1, 1).await.unwrap().end.unwrap();
        assert_eq!((end.code, end.reason), (4401, "signed_out"));
        assert_eq!(writer.feed(frame(3)).await, Err(Gone));
    }

    #[tokio::test]
    async fn a_newer_request_takes_the_place_of_the_one_that_listens() {
        let mailbox = Mailbox::new();
        let first = mailbox.listen(0).unwrap();
        let waiting = tokio::spawn(async move { first.next(0, 100).await.is_none() });
        let _second = mailbox.listen(0).unwrap();
        assert!(waiting.await.unwrap());
    }

    #[tokio::test]
    async fn a_full_mailbox_takes_the_next_frame_once_one_is_acknowledged() {
        let mailbox = Mailbox::new();
        let mut writer = MailboxWriter(mailbox.clone());
        let mut fed = 0;
        while mailbox.lock().kept.has_room_for(1) {
            writer.feed(frame(0)).await.unwrap();
            fed += 1;
        }
        let feeding = tokio::spawn(async move { writer.feed(frame(1)).await });
        let listener = mailbox.listen(0).unwrap();
        assert_eq!(told(&listener, 0, usize::MAX).await.len(), fed);
        mailbox.acknowledge(1).unwrap();
        feeding.await.unwrap().unwrap();
        assert_eq!(told(&listener, fed as u64, 100).await, [1]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_link_is_abandoned_only_while_nobody_listens() {
        let mailbox = Mailbox::new();
        let begun = Instant::now();
        let listener = mailbox.listen(0).unwrap();
        let leaving = tokio::spawn(async move {
            tokio::time::sleep(3 * UNATTENDED_MAX).await;
            drop(listener);
        });
        mailbox.abandoned().await;
        assert_eq!(begun.elapsed(), 4 * UNATTENDED_MAX);
        leaving.await.unwrap();
    }
}
