//! A link's frames as server-sent events (HTML, 9.2): the number of a frame is the event's id, so that a browser that connects again says where it was.

use super::Link;
use super::mailbox::{Batch, Listener};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::unfold;
use shared::wire::Codec;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::Arc;

/// Bytes of frames in one write.
const BATCH_BYTES_MAX: usize = 64 * 1024;

/// A comment at the start, larger than the buffers of most proxies that wait for one to fill, and after how many milliseconds a browser whose
/// stream broke connects again.
const PREAMBLE_BYTES: usize = 4096;
const RETRY_MS: u32 = 500;

/// What is yet to be written.
enum Rest {
    All,
    After(u64),
    Nothing,
}

/// Everything after a number, until the link is over or another request listens.
pub(super) fn events(
    link: Arc<Link>,
    listener: Listener,
    after: u64,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
    unfold((link, listener, Rest::All), move |(link, listener, rest)| async move {
        match rest {
            Rest::All => Some((Ok(preamble()), (link, listener, Rest::After(after)))),
            Rest::After(after) => {
                let batch = listener.next(after, BATCH_BYTES_MAX).await?;
                let through = after + batch.frames.len() as u64;
                let rest = if batch.end.is_some() {
                    link.intake.leave();
                    Rest::Nothing
                } else {
                    Rest::After(through)
                };
                Some((Ok(text(link.codec, after, &batch)), (link, listener, rest)))
            }
            Rest::Nothing => None,
        }
    })
}

fn preamble() -> Bytes {
    format!("retry: {RETRY_MS}\n:{:PREAMBLE_BYTES$}\n\n", "").into()
}

fn text(codec: Codec, after: u64, batch: &Batch) -> Bytes {
    let mut text = String::new();
    for (number, frame) in (after + 1..).zip(&batch.frames) {
        write!(text, "id: {number}\ndata: ").expect("writing into a string cannot fail");
        match codec {
            Codec::Binary => BASE64.encode_string(frame, &mut text),
            Codec::Json => text.push_str(std::str::from_utf8(frame).expect("JSON is UTF-8, without line breaks")),
        }
        text.push_str("\n\n");
    }
    if let Some(end) = batch.end {
        write!(text, "event: close\ndata: {} {}\n\n", end.code, end.reason).expect("writing into a string cannot fail");
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::super::mailbox::End;
    use super::*;

    #[test]
    fn an_event_carries_a_frame_and_its_number_and_the_last_one_why_it_ends() {
        let batch = Batch {
            frames: vec![Bytes::from_static(&[0xff]), Bytes::from_static(b"{}")],
            end: Some(End {
                code: 4401,
                reason: "signed_out",
            }),
        };
        assert_eq!(
            text(Codec::Binary, 6, &batch),
            "id: 7\ndata: /w==\n\nid: 8\ndata: e30=\n\nevent: close\ndata: 4401 signed_out\n\n"
        );
    }
}
