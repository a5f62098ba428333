//! Where each document of a room is among its files.

use crate::db::documents::Document;
use crate::filename::{Folder, safe};
use shared::id::DocumentId;
use std::collections::BTreeMap;

/// Deepest folder. What is deeper in the tree is beside it: paths of file systems end somewhere.
const FOLDERS_MAX: usize = 12;

/// A document and its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub id: DocumentId,
    pub path: String,
    /// Others are in its folder. Where it has no text of its own, the folder is all there is of it.
    pub has_folder: bool,
}

/// All documents in the order of the tree. What is below a document is in a folder beside it that is called like it.
#[must_use]
pub fn paths(documents: &[Document]) -> Vec<Placed> {
    let known: BTreeMap<DocumentId, usize> = documents.iter().enumerate().map(|(at, one)| (one.id, at)).collect();
    let mut below: BTreeMap<Option<DocumentId>, Vec<&Document>> = BTreeMap::new();
    for document in documents {
        // What lies below something that is not there is shown at the top.
        let parent = document.parent_id.filter(|parent| known.contains_key(parent));
        below.entry(parent).or_default().push(document);
    }
    for siblings in below.values_mut() {
        siblings.sort_by(|a, b| a.position.total_cmp(&b.position).then(a.id.cmp(&b.id)));
    }
    let mut folders: BTreeMap<String, Folder> = BTreeMap::new();
    let mut paths = Vec::with_capacity(documents.len());
    let mut waiting: Vec<(&Document, String, usize)> = Vec::new();
    let mut enter = |parent: Option<DocumentId>, folder: &str, depth: usize, waiting: &mut Vec<_>| {
        let children = below.remove(&parent).unwrap_or_default();
        waiting.extend(
            children
                .into_iter()
                .rev()
                .map(|child| (child, folder.to_owned(), depth)),
        );
    };
    enter(None, "", 0, &mut waiting);
    while let Some((document, folder, depth)) = waiting.pop() {
        let name = folders
            .entry(folder.clone())
            .or_default()
            .unique(&safe(&document.title));
        let before = waiting.len();
        if depth < FOLDERS_MAX {
            enter(Some(document.id), &format!("{folder}{name}/"), depth + 1, &mut waiting);
        } else {
            enter(Some(document.id), &folder, depth, &mut waiting);
        }
        paths.push(Placed {
            id: document.id,
            path: format!("{folder}{name}.md"),
            has_folder: depth < FOLDERS_MAX && waiting.len() > before,
        });
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::id::{RoomId, Seq, UnixMs};
    use uuid::Uuid;

    fn id(number: u128) -> DocumentId {
        DocumentId(Uuid::from_u128(number))
    }

    fn document(number: u128, title: &str, parent: Option<u128>, position: f64) -> Document {
        Document {
            id: id(number),
            room_id: RoomId(Uuid::nil()),
            title: title.to_owned(),
            former_titles: Vec::new(),
            parent_id: parent.map(id),
            position,
            head_seq: Seq(0),
            created_at: UnixMs(0),
            edited_at: UnixMs(0),
            deleted_at: None,
        }
    }

    #[track_caller]
    fn check(documents: &[Document], expected: &[&str]) {
        let paths: Vec<_> = paths(documents).into_iter().map(|placed| placed.path).collect();
        assert_eq!(paths, expected);
    }

    #[test]
    fn folders_are_as_the_tree_is_and_names_are_unique_in_each() {
        let documents = [
            document(1, "Soup", None, 2.0),
            document(2, "soup", None, 3.0),
            document(3, "First", None, 1.0),
            document(4, "Soup", Some(1), 1.0),
            document(5, "../evil", Some(4), 1.0),
            document(6, "Lost", Some(99), 4.0),
        ];
        let expected = [
            "First.md",
            "Soup.md",
            "Soup/Soup.md",
            "Soup/Soup/-evil.md",
            "soup (2).md",
            "Lost.md",
        ];
        check(&documents, &expected);
    }

    #[test]
    fn no_document_is_missing_however_deep_it_is() {
        let documents: Vec<_> = (1..=100)
            .map(|at| document(at, "a", (at > 1).then(|| at - 1), 1.0))
            .collect();
        let paths = paths(&documents);
        let unique: std::collections::BTreeSet<_> = paths.iter().map(|placed| placed.path.clone()).collect();
        assert_eq!(unique.len(), 100);
        assert!(
            paths
                .iter()
                .all(|placed| placed.path.matches('/').count() <= FOLDERS_MAX)
        );
    }
}
