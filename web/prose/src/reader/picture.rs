//! Pictures: what is said in their place, and how large they are.

use crate::Event;
use crate::address::safe_url;
use pulldown_cmark::Event as Read;

/// No picture is shown larger than this, pixels.
const PIXELS_MAX: u32 = 10_000;

/// A picture whose description is being read.
pub(super) struct Picture {
    url: Option<String>,
    title: String,
    alt: String,
    /// Pictures may stand in the description of a picture.
    depth: usize,
}

impl Picture {
    pub(super) fn new(url: &str, title: &str) -> Self {
        Self {
            url: safe_url(url).map(str::to_owned),
            title: title.to_owned(),
            alt: String::new(),
            depth: 0,
        }
    }

    /// Takes what stands in the description; false for the end of the picture.
    pub(super) fn follow(&mut self, read: &Read<'_>) -> bool {
        match read {
            Read::Start(_) => self.depth += 1,
            Read::End(_) if self.depth == 0 => return false,
            Read::End(_) => self.depth -= 1,
            Read::Text(text)
            | Read::Code(text)
            | Read::InlineHtml(text)
            | Read::InlineMath(text)
            | Read::DisplayMath(text) => {
                self.alt.push_str(text);
            }
            Read::SoftBreak | Read::HardBreak => self.alt.push(' '),
            _ => {}
        }
        true
    }

    pub(super) fn into_event(self) -> Event {
        let sized = self
            .alt
            .rsplit_once('|')
            .and_then(|(alt, size)| Some((alt.to_owned(), size_of(size)?)));
        let (alt, (width, height)) = sized.unwrap_or((self.alt, (None, None)));
        Event::Image {
            url: self.url,
            alt,
            title: self.title,
            width,
            height,
        }
    }
}

/// Width and height as in `300`, `300x200`, `300x` and `x200`.
pub(super) fn size_of(size: &str) -> Option<(Option<u32>, Option<u32>)> {
    let (width, height) = size.trim().split_once('x').unwrap_or((size.trim(), ""));
    let pixels = |text: &str| match text {
        "" => Some(None),
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            let pixels = digits.parse().ok().filter(|pixels| (1..=PIXELS_MAX).contains(pixels))?;
            Some(Some(pixels))
        }
        _ => None,
    };
    let size = (pixels(width)?, pixels(height)?);
    (size != (None, None)).then_some(size)
}

/// The picture `![alt](url =300x200)` at the beginning of this text and how long it is written. A space is no part of an address in
/// `CommonMark`, so that the parser takes none of it for a picture.
pub(super) fn sized(text: &str) -> Option<(Event, usize)> {
    let inside = text.strip_prefix("![")?;
    // Both ends are looked for in a bounded part: there may be half a million beginnings.
    let alt_len = position(inside, 512, |byte| matches!(byte, b'[' | b']'))?;
    let rest = inside[alt_len..].strip_prefix("](")?;
    let len = position(rest, 2048, |byte| byte == b')')?;
    let (url, size) = rest[..len].split_once(" =")?;
    let (width, height) = size_of(size)?;
    let url = safe_url(url).filter(|url| !url.contains(' '))?;
    let event = Event::Image {
        url: Some(url.to_owned()),
        alt: inside[..alt_len].to_owned(),
        title: String::new(),
        width,
        height,
    };
    Some((event, 2 + alt_len + 2 + len + 1))
}

fn position(text: &str, within: usize, is_it: impl Fn(u8) -> bool) -> Option<usize> {
    text.bytes().take(within).position(is_it)
}
