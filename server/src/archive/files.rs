//! Where the files of documents are among the documents: where their texts look for them, and otherwise in a folder beside the document.

use super::paths::Placed;
use crate::db::attachments::{Hash, OfRoom};
use crate::filename::safe;
use crate::relative::joined;
use shared::id::{AttachmentId, DocumentId};
use std::collections::{BTreeMap, BTreeSet};

/// Behind the name of a document: the folder with what was put into it here.
const FOLDER: &str = ".files/";

/// Longest ending that a name keeps when it is shortened, bytes.
const ENDING_BYTES_MAX: usize = 16;

/// A file and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    pub id: AttachmentId,
    pub path: String,
    pub sha256: Hash,
}

/// All files of a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filing {
    /// What is written behind each document. Files that are the same at the same place are written once.
    pub of: BTreeMap<DocumentId, Vec<Filed>>,
    /// Where each one is.
    pub places: BTreeMap<AttachmentId, String>,
    /// Documents and paths under which they name a file that is not there, since another document's file is, or since it would not be among these.
    pub elsewhere: Vec<(String, String)>,
}

/// The paths in use.
#[derive(Default)]
struct Taken {
    /// With the bytes of what is a file of a document.
    files: BTreeMap<String, Option<Hash>>,
    folders: BTreeSet<String>,
    /// All of both in small letters: some file systems tell no case apart.
    small: BTreeSet<String>,
}

impl Filing {
    /// Of these documents and files.
    #[must_use]
    pub fn of(documents: &[Placed], files: &[OfRoom]) -> Self {
        let mut taken = Taken::default();
        for document in documents {
            taken.take(document.path.clone(), None);
        }
        let mut filing = Self::default();
        let paths: BTreeMap<DocumentId, &str> = documents.iter().map(|one| (one.id, one.path.as_str())).collect();
        let with_document = files
            .iter()
            .filter_map(|file| Some((file, *paths.get(&file.document)?)));
        // Those with a place of their own first.
        let (named, others): (Vec<_>, Vec<_>) = with_document.partition(|(file, _)| file.path.is_some());
        for (file, document) in named.into_iter().chain(others) {
            let wanted = file.path.as_ref().and_then(|path| {
                let place = joined(folder(document), path).filter(|place| !place.starts_with("../"));
                let place = place.filter(|place| taken.fits(place, file.sha256));
                if place.is_none() {
                    filing.elsewhere.push((document.to_owned(), path.clone()));
                }
                place
            });
            let place = wanted.unwrap_or_else(|| taken.beside(document, &file.name));
            filing.places.insert(file.id, place.clone());
            if taken.take(place.clone(), Some(file.sha256)) {
                filing.of.entry(file.document).or_default().push(Filed {
                    id: file.id,
                    path: place,
                    sha256: file.sha256,
                });
            }
        }
        filing
    }

    /// What is to be told of files that are not where they are named; nothing when all are.
    #[must_use]
    pub fn note(&self) -> String {
        let line = |(document, path): &(String, String)| format!("{document}: {path}\n");
        self.elsewhere.iter().map(line).collect()
    }
}

impl Taken {
    /// Whether a file may have this path: nothing else does, or one that is the same.
    fn fits(&self, path: &str, hash: Hash) -> bool {
        let is_same = |other: &Option<Hash>| *other == Some(hash);
        let is_free = self.files.get(path).is_none_or(is_same) && !self.folders.contains(path);
        is_free && parents(path).all(|parent| !self.files.contains_key(parent))
    }

    /// False when the same is there already.
    fn take(&mut self, path: String, hash: Option<Hash>) -> bool {
        for parent in parents(&path) {
            self.folders.insert(parent.to_owned());
            self.small.insert(parent.to_lowercase());
        }
        self.small.insert(path.to_lowercase());
        self.files.insert(path, hash).is_none()
    }

    /// A path in the document's own folder that nothing has.
    fn beside(&self, document: &str, name: &str) -> String {
        let document = document.strip_suffix(".md").unwrap_or(document);
        let (stem, ending) = match name.rsplit_once('.') {
            Some((stem, ending)) if ending.len() <= ENDING_BYTES_MAX && ending.chars().all(char::is_alphanumeric) => {
                (stem, format!(".{ending}"))
            }
            _ => (name, String::new()),
        };
        let stem = safe(stem);
        let mut number = 1_u32;
        loop {
            let path = match number {
                1 => format!("{document}{FOLDER}{stem}{ending}"),
                number => format!("{document}{FOLDER}{stem} ({number}){ending}"),
            };
            if !self.small.contains(&path.to_lowercase())
                && parents(&path).all(|parent| !self.files.contains_key(parent))
            {
                return path;
            }
            number += 1;
        }
    }
}

/// The folder of a document's path, empty or with its slash.
#[must_use]
pub fn folder(path: &str) -> &str {
    &path[..path.rfind('/').map_or(0, |at| at + 1)]
}

/// The folders around a path, without their slashes.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn placed(number: u128, path: &str) -> Placed {
        Placed {
            id: DocumentId(Uuid::from_u128(number)),
            path: path.to_owned(),
            has_folder: false,
        }
    }

    fn file(number: u128, document: u128, name: &str, path: Option<&str>, content: u8) -> OfRoom {
        OfRoom {
            id: AttachmentId(Uuid::from_u128(number)),
            document: DocumentId(Uuid::from_u128(document)),
            name: name.to_owned(),
            path: path.map(str::to_owned),
            sha256: [content; 32],
            due_since: None,
        }
    }

    #[track_caller]
    fn check(files: &[OfRoom], expected: &[(u128, &str)], elsewhere: &str) {
        let documents = [
            placed(1, "Soup.md"),
            placed(2, "notes/x.md"),
            placed(3, "notes/old/y.md"),
        ];
        let filing = Filing::of(&documents, files);
        let written: Vec<_> = documents
            .iter()
            .flat_map(|document| filing.of.get(&document.id).into_iter().flatten())
            .map(|filed| (filed.id.0.as_u128(), filed.path.as_str()))
            .collect();
        assert_eq!(written, expected);
        assert_eq!(filing.note(), elsewhere);
        assert_eq!(filing.places.len(), files.len());
    }

    #[test]
    fn files_are_where_their_texts_look_for_them_once_each() {
        check(
            &[
                file(1, 2, "a.png", Some("a.png"), 1),
                file(2, 2, "b.png", Some("../images/b.png"), 2),
                file(3, 3, "b.png", Some("../../images/b.png"), 2),
            ],
            &[(1, "notes/a.png"), (2, "images/b.png")],
            "",
        );
    }

    #[test]
    fn what_was_put_in_here_is_beside_its_document_under_a_name_of_its_own() {
        check(
            &[
                file(1, 1, "plan.png", None, 1),
                file(2, 1, "Plan.PNG", None, 2),
                file(3, 1, "../evil:x", None, 3),
                file(4, 2, "plan.png", None, 1),
            ],
            &[
                (1, "Soup.files/plan.png"),
                (2, "Soup.files/Plan (2).PNG"),
                (3, "Soup.files/-evil-x"),
                (4, "notes/x.files/plan.png"),
            ],
            "",
        );
    }

    #[test]
    fn what_would_lie_over_something_else_or_outside_is_beside_its_document_and_told() {
        check(
            &[
                file(1, 2, "a.png", Some("a.png"), 1),
                file(2, 3, "a.png", Some("../a.png"), 2),
                file(3, 1, "c.png", Some("../c.png"), 3),
                file(4, 1, "Soup.md", Some("Soup.md"), 4),
                file(5, 1, "notes", Some("notes"), 5),
                file(6, 1, "d", Some("Soup.md/d"), 6),
            ],
            &[
                (3, "Soup.files/c.png"),
                (4, "Soup.files/Soup.md"),
                (5, "Soup.files/notes"),
                (6, "Soup.files/d"),
                (1, "notes/a.png"),
                (2, "notes/old/y.files/a.png"),
            ],
            "notes/old/y.md: ../a.png\nSoup.md: ../c.png\nSoup.md: Soup.md\nSoup.md: notes\nSoup.md: Soup.md/d\n",
        );
    }
}
