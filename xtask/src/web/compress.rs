//! Compressed copies beside each file, made once so that the server never compresses.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Below this a compressed copy saves no packet, bytes.
const WORTH_BYTES_MIN: usize = 1024;

/// Writes `NAME.br` and `NAME.gz` beside every file that becomes smaller by it.
pub(super) fn build(dist: &Path) -> anyhow::Result<()> {
    let mut files = Vec::new();
    for folder in [dist.to_path_buf(), dist.join("assets")] {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_file() {
                files.push(path);
            }
        }
    }
    std::thread::scope(|scope| {
        let workers: Vec<_> = files.iter().map(|file| scope.spawn(|| compress(file))).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().expect("compressing does not panic"))
    })
}

fn compress(file: &PathBuf) -> anyhow::Result<()> {
    let content = fs::read(file)?;
    if content.len() < WORTH_BYTES_MIN {
        return Ok(());
    }
    let mut brotli = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut content.as_slice(), &mut brotli, &parameters)?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&content)?;
    for (ending, bytes) in [("br", brotli), ("gz", gzip.finish()?)] {
        if bytes.len() < content.len() {
            fs::write(format!("{}.{ending}", file.display()), bytes)?;
        }
    }
    Ok(())
}
