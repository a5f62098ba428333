//! Archives as they should be, and as they should not.

use super::*;
use std::io::Write as _;
use zip::write::{SimpleFileOptions, ZipWriter};

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
}

fn packed(fill: impl FnOnce(&mut ZipWriter<File>)) -> File {
    let mut archive = ZipWriter::new(tempfile::tempfile().unwrap());
    fill(&mut archive);
    archive.finish().unwrap()
}

fn put(archive: &mut ZipWriter<File>, path: &str, content: &[u8]) {
    archive.start_file(path, options()).unwrap();
    archive.write_all(content).unwrap();
}

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn bytes(mut archive: File) -> Vec<u8> {
    let mut bytes = Vec::new();
    archive.seek(SeekFrom::Start(0)).unwrap();
    archive.read_to_end(&mut bytes).unwrap();
    bytes
}

fn paths(package: &Package) -> Vec<&str> {
    package.files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn files_come_out_as_they_were_packed_in_their_order() {
    let archive = packed(|archive| {
        put(archive, "b.md", "\u{feff}a\r\n".as_bytes());
        archive.add_directory("empty", options()).unwrap();
        archive
            .start_file("notes/ü.md", options().compression_method(CompressionMethod::Stored))
            .unwrap();
        archive.write_all(b"stored").unwrap();
        put(archive, "./notes//x\\y.md", b"");
    });
    let mut package = Package::archive(archive).unwrap();
    assert_eq!(paths(&package), ["b.md", "notes/ü.md", "notes/x/y.md"]);
    assert_eq!(package.text(0, 100).unwrap(), "\u{feff}a\r\n");
    assert_eq!(package.text(1, 100).unwrap(), "stored");
    assert_eq!(package.text(1, 100).unwrap(), "stored", "and once more");
    assert_eq!(package.text(2, 100).unwrap(), "");
    assert_eq!(package.text(1, 5), Err(LeftOut::TooLarge(5)));
}

#[test]
fn paths_that_lead_out_or_are_none_are_left_out_by_name_and_what_programs_keep_is_counted() {
    let bad = [
        "../evil.md",
        "a/../../evil.md",
        "/etc/passwd",
        "C:\\evil.md",
        "..\\evil.md",
        "a\u{1}b.md",
        "new\nline.md",
    ];
    let long = format!("{}.md", "x".repeat(PATH_BYTES_MAX));
    let deep = format!("{}x.md", "a/".repeat(FOLDERS_MAX + 1));
    let hidden = [".obsidian/app.json", "a/.trash/b.md", "__MACOSX/._a.md", ".md"];
    let archive = packed(|archive| {
        for path in bad.iter().chain(&hidden).chain(&["good.md"]) {
            put(archive, path, b"x");
        }
        put(archive, &long, b"x");
        put(archive, &deep, b"x");
    });
    let package = Package::archive(archive).unwrap();
    assert_eq!(paths(&package), ["good.md"]);
    assert_eq!(package.hidden, hidden.len());
    let count = |why| package.left_out.iter().filter(|(_, found)| *found == why).count();
    assert_eq!(
        (count(LeftOut::PathUnsafe), count(LeftOut::PathTooLong)),
        (bad.len(), 2)
    );
}

#[test]
fn links_and_what_is_there_twice_are_left_out_by_name() {
    let archive = packed(|archive| {
        archive.add_symlink("link.md", "/etc/passwd", options()).unwrap();
        put(archive, "a.md", b"first");
        put(archive, "b.md", b"again");
    });
    // The writer makes none that are the same.
    let mut spoiled = bytes(archive);
    while let Some(at) = spoiled.windows(4).position(|part| part == b"b.md") {
        spoiled[at] = b'a';
    }
    let mut package = Package::archive(file(&spoiled)).unwrap();
    assert_eq!(paths(&package), ["a.md"]);
    assert_eq!(package.text(0, 100).unwrap(), "first");
    let told = [
        ("link.md".to_owned(), LeftOut::Link),
        ("a.md".to_owned(), LeftOut::Twice),
    ];
    assert_eq!(package.left_out, told);
}

#[test]
fn what_is_encrypted_or_packed_otherwise_is_left_out_by_name() {
    // The flag of encryption, and the number of the method, in the list at the end.
    for (offset, value, why) in [(8, 1, LeftOut::Encrypted), (10, 14, LeftOut::Unknown)] {
        let mut spoiled = bytes(packed(|archive| put(archive, "a.md", b"a")));
        let list = spoiled.windows(4).position(|part| part == b"PK\x01\x02").unwrap();
        spoiled[list + offset] = value;
        let package = Package::archive(file(&spoiled)).unwrap();
        assert_eq!(package.left_out, [("a.md".to_owned(), why)]);
    }
}

#[test]
fn what_becomes_a_thousand_times_as_long_is_left_out_before_it_is_unpacked() {
    let zeros = vec![0; 4 << 20];
    let archive = packed(|archive| put(archive, "bomb.md", &zeros));
    let package = Package::archive(archive).unwrap();
    assert_eq!(package.left_out, [("bomb.md".to_owned(), LeftOut::TooTight)]);
}

#[test]
fn many_files_that_become_a_little_longer_each_are_stopped_by_their_sum() {
    // Letters in another order every sixty: no bomb by itself. All of them are the same bytes of the archive.
    let long: Vec<u8> = (0..1_u32 << 20)
        .map(|at| {
            if at % 60 == 0 {
                b'0' + at.to_le_bytes()[1] % 64
            } else {
                b'a'
            }
        })
        .collect();
    let archive = packed(|archive| {
        put(archive, "0.md", &long);
        for number in 1..80 {
            archive.shallow_copy_file("0.md", &format!("{number}.md")).unwrap();
        }
    });
    let mut package = Package::archive(archive).unwrap();
    assert_eq!(package.files.len(), 80);
    let read: Vec<_> = (0..80).map(|at| package.text(at, 2 << 20).err()).collect();
    let allowed = usize::try_from(EXPANSION_FROM_BYTES).unwrap() / long.len();
    assert!(read[..allowed].iter().all(Option::is_none));
    assert!(
        read[allowed..].iter().all(|why| *why == Some(LeftOut::TooTight)),
        "{read:?}"
    );
}

#[test]
fn more_files_than_are_counted_are_refused_before_they_are_looked_at() {
    let archive = packed(|archive| {
        for number in 0..100_000 {
            archive.start_file(format!("{number}.md"), options()).unwrap();
        }
    });
    assert!(matches!(Package::archive(archive), Err(PackageError::TooMany)));
}

#[test]
fn what_is_damaged_is_said_to_be() {
    let sound = bytes(packed(|archive| {
        put(archive, "a.md", b"some text that is not so short");
        put(archive, "b.md", b"other text");
    }));
    for damaged in [
        &b""[..],
        b"PK",
        b"no archive at all",
        &sound[..sound.len() - 30],
        &sound[..40],
    ] {
        let opened = Package::archive(file(damaged));
        assert!(matches!(opened, Err(PackageError::Damaged(_))), "{opened:?}");
    }
    // One byte of the first text: the checksum tells, and the other one is as it was.
    let mut changed = sound;
    changed[40] ^= 1;
    let mut package = Package::archive(file(&changed)).unwrap();
    assert_eq!(package.text(0, 100), Err(LeftOut::Damaged));
    assert_eq!(package.text(1, 100).unwrap(), "other text");
}

#[test]
fn a_list_that_is_looked_for_in_vain_costs_little() {
    // What begins like a list of the second kind, over and over, and an end that sends one looking for it.
    let mut hostile = b"PK\x06\x06".repeat(2 << 20);
    hostile.extend(b"PK\x06\x07");
    hostile.extend([0; 4]);
    hostile.extend(1_u64.to_le_bytes());
    hostile.extend(1_u32.to_le_bytes());
    hostile.extend(b"PK\x05\x06");
    hostile.extend([0xff; 16]);
    hostile.extend([0; 2]);
    assert!(Package::archive(file(&hostile)).is_err());
}

#[test]
fn a_single_file_is_one() {
    let mut package = Package::one("a.md", file(b"\xffabc")).unwrap();
    assert_eq!(paths(&package), ["a.md"]);
    assert_eq!(package.text(0, 100), Err(LeftOut::NotUtf8(0)));
    assert_eq!(package.text(0, 3), Err(LeftOut::TooLarge(3)));
    assert_eq!(Package::one(".md", file(b"")).unwrap().hidden, 1);
}
