//! Bundles as they are sent: deflated, for clients that can unpack them and where it pays, once for all who ask for the same.

use crate::db::DbError;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use shared::id::Seq;
use shared::lib0::put_len;
use std::io::Write as _;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// Smaller bundles are sent as they are.
const PACKED_BYTES_MIN: usize = 4 * 1024;

/// A packed bundle up to this size is kept for the next who asks for the same.
const KEPT_BYTES_MAX: usize = 1 << 20;

/// Three quarters of what the best level saves of Yjs updates, for a fifth of the processor time.
const LEVEL: u32 = 4;

/// A bundle, ready to be cut into parts.
#[derive(Clone, Debug)]
pub(super) enum Bundle {
    /// Its updates, in order.
    Plain(Vec<Bytes>),
    /// Its bytes, deflated.
    Packed {
        /// Bytes when it is unpacked.
        size: u32,
        bytes: Bytes,
    },
}

/// What a bundle is of: after the first position, or from the beginning, up to the second.
type Range = (Option<Seq>, Seq);

/// The bundle that was asked for last, for others who ask for the same while it is being read or soon after.
#[derive(Debug, Default)]
pub(super) struct Packing(Option<(Range, Arc<OnceCell<Bundle>>)>);

impl Packing {
    /// Where the bundle of this range is, or is to be put.
    pub(super) fn of(&mut self, range: Range) -> Arc<OnceCell<Bundle>> {
        match &self.0 {
            Some((kept, cell)) if *kept == range => Arc::clone(cell),
            _ => {
                let cell = Arc::new(OnceCell::new());
                self.0 = Some((range, Arc::clone(&cell)));
                cell
            }
        }
    }

    /// Nobody is being sent anything: lets go of what is too large to be kept.
    pub(super) fn rest(&mut self) {
        self.0.take_if(|(_, cell)| match cell.get() {
            Some(Bundle::Packed { bytes, .. }) => bytes.len() > KEPT_BYTES_MAX,
            Some(Bundle::Plain(updates)) => updates.iter().map(Bytes::len).sum::<usize>() > PACKED_BYTES_MIN,
            None => true,
        });
    }
}

/// Packs what `read` answers, unless that was done already.
pub(super) async fn packed(
    cell: &OnceCell<Bundle>,
    read: impl Future<Output = Result<Vec<Bytes>, DbError>>,
) -> Result<Bundle, DbError> {
    let bundle = cell.get_or_try_init(async || {
        let updates = read.await?;
        // Deflating a megabyte takes about twenty milliseconds.
        let packed = tokio::task::spawn_blocking(move || pack(updates)).await;
        Ok(packed.expect("deflating does not panic"))
    });
    bundle.await.cloned()
}

fn pack(updates: Vec<Bytes>) -> Bundle {
    let size: usize = updates.iter().map(Bytes::len).sum();
    if size < PACKED_BYTES_MIN {
        return Bundle::Plain(updates);
    }
    match deflate(&updates) {
        Ok((size, bytes)) if bytes.len() < size / 8 * 7 => Bundle::Packed {
            size: u32::try_from(size).expect("a document is bounded far below"),
            bytes: bytes.into(),
        },
        _ => Bundle::Plain(updates),
    }
}

fn deflate(updates: &[Bytes]) -> std::io::Result<(usize, Vec<u8>)> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(LEVEL));
    let mut len = Vec::new();
    for update in updates {
        len.clear();
        put_len(&mut len, update.len());
        encoder.write_all(&len)?;
        encoder.write_all(update)?;
    }
    let size = usize::try_from(encoder.total_in()).unwrap_or(usize::MAX);
    Ok((size, encoder.finish()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::inflate::inflate;

    fn words(count: u32) -> Vec<Bytes> {
        (0..count)
            .map(|n| format!("{n} words of a text, ").into_bytes().into())
            .collect()
    }

    #[test]
    fn what_is_packed_unpacks_to_the_bundle() {
        let updates = words(4_000);
        let plain = shared::bundle::write(&updates);
        let Bundle::Packed { size, bytes } = pack(updates) else {
            panic!("it pays")
        };
        assert!(bytes.len() < plain.len() / 3);
        assert_eq!(inflate(&bytes, size as usize).unwrap(), plain);
    }

    #[test]
    fn what_would_not_get_smaller_is_left_as_it_is() {
        let noise = without_order(1_000);
        assert!(matches!(pack(vec![noise.into()]), Bundle::Plain(_)));
        assert!(matches!(pack(words(10)), Bundle::Plain(_)));
    }

    /// Bytes in which nothing is found twice.
    fn without_order(blocks: u32) -> Vec<u8> {
        use sha2::{Digest as _, Sha256};
        (0..blocks)
            .flat_map(|number| Sha256::digest(number.to_le_bytes()))
            .collect()
    }

    #[tokio::test]
    async fn those_who_ask_for_the_same_share_one_reading() {
        let mut packing = Packing::default();
        let read = async || Ok(words(4_000));
        let first = packing.of((None, Seq(9)));
        let bundle = packed(&first, read()).await.unwrap();
        let second = packing.of((None, Seq(9)));
        let again = packed(&second, async { panic!("it was read before") });
        let (Bundle::Packed { bytes, .. }, Bundle::Packed { bytes: same, .. }) = (bundle, again.await.unwrap()) else {
            panic!("it pays")
        };
        assert_eq!(bytes.as_ptr(), same.as_ptr());
        packing.rest();
        assert!(packing.of((None, Seq(9))).get().is_some());
        assert!(packing.of((None, Seq(10))).get().is_none());
    }
}
