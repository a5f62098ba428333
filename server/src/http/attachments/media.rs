//! What a file is, found in its first bytes. What whoever sent it says is not asked: a page that calls itself an image is none.

/// What every browser takes for bytes to save and nothing else.
pub(super) const BYTES: &str = "application/octet-stream";

/// Images that consist of pixels alone, and can carry neither programs nor references, are shown; everything else is saved.
pub(super) fn media_type(head: &[u8]) -> &'static str {
    match head {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f' | b's', ..] => "image/avif",
        _ => BYTES,
    }
}

/// Whether it is shown where it stands.
pub(super) fn is_shown(media_type: &str) -> bool {
    media_type != BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_of_pixels_are_told_by_their_first_bytes_and_nothing_else_is_shown() {
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n\0\0"), "image/png");
        assert_eq!(media_type(b"\xff\xd8\xff\xe0\0\x10JFIF"), "image/jpeg");
        assert_eq!(media_type(b"GIF89a"), "image/gif");
        assert_eq!(media_type(b"RIFF\x01\x02\x03\x04WEBPVP8 "), "image/webp");
        assert_eq!(media_type(b"\0\0\0\x20ftypavif\0\0"), "image/avif");
        for other in [
            &b"<svg xmlns='http://www.w3.org/2000/svg'>"[..],
            b"<!doctype html>",
            b"<?xml version='1.0'?>",
            b"%PDF-1.7",
            b"PK\x03\x04",
            b"BM",
            b"GIF",
            b"",
        ] {
            assert_eq!(media_type(other), BYTES);
            assert!(!is_shown(media_type(other)));
        }
    }
}
