//! Which parents of the tree are folded away, on this device, and how arrow keys walk what is left to see.

use super::order::Row;
use leptos::prelude::*;
use shared::api::Document;
use shared::id::DocumentId;
use shared::sorted::{SortedSet, gather};

/// Kept in this browser: the ids of folded documents, oldest first, between blanks.
const FOLDED_KEY: &str = "inkling.folded";

/// Folded documents that are remembered; beyond, the oldest are forgotten, which unfolds them. Ten times what one screen shows.
const FOLDED_MAX: usize = 400;

/// A row that is seen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    /// The document and its depth.
    pub(super) row: Row,
    /// Whether documents stand under it, seen or not.
    pub(super) is_parent: bool,
}

/// The rows that no folded parent hides.
pub(super) fn shown(rows: Vec<Row>, folded: &[DocumentId]) -> Vec<Shown> {
    let depths: Vec<usize> = rows.iter().map(|row| row.depth).collect();
    let mut hides_below = None;
    let mut seen = Vec::with_capacity(rows.len());
    for (at, row) in rows.into_iter().enumerate() {
        if hides_below.is_some_and(|depth| row.depth > depth) {
            continue;
        }
        let is_parent = depths.get(at + 1).is_some_and(|next| *next > row.depth);
        hides_below = (is_parent && folded.contains(&row.document.id)).then_some(row.depth);
        seen.push(Shown { row, is_parent });
    }
    seen
}

/// The documents above one, nearest first. A ring of parents ends where it closes.
pub(super) fn above(all: &[Document], id: DocumentId) -> Vec<DocumentId> {
    let parent_of = |id| all.iter().find(|one| one.id == id)?.parent_id;
    let mut above = Vec::new();
    let mut seen: SortedSet<DocumentId> = gather([id]);
    let mut next = parent_of(id);
    while let Some(parent) = next.filter(|parent| seen.insert(*parent)) {
        above.push(parent);
        next = parent_of(parent);
    }
    above
}

/// An arrow key without any other, read as in a tree of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// To the row above.
    Up,
    /// To the row below.
    Down,
    /// Unfolds, or goes to the first below.
    In,
    /// Folds, or goes to the parent.
    Out,
}

/// What an arrow key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turned {
    /// Shows what is under this one.
    Unfold(DocumentId),
    /// Hides what is under this one.
    Fold(DocumentId),
    /// Moves the focus.
    To(DocumentId),
}

/// What a key pressed on a row does; none at the edges.
pub(super) fn turned(shown: &[Shown], folded: &[DocumentId], id: DocumentId, turn: Turn) -> Option<Turned> {
    let at = shown.iter().position(|one| one.row.document.id == id)?;
    let one = &shown[at];
    let to = |at: usize| shown.get(at).map(|one| Turned::To(one.row.document.id));
    let is_folded = folded.contains(&id);
    match turn {
        Turn::Up => to(at.checked_sub(1)?),
        Turn::Down => to(at + 1),
        Turn::In if !one.is_parent => None,
        Turn::In if is_folded => Some(Turned::Unfold(id)),
        Turn::In => to(at + 1),
        Turn::Out if one.is_parent && !is_folded => Some(Turned::Fold(id)),
        Turn::Out => to(shown[..at].iter().rposition(|above| above.row.depth < one.row.depth)?),
    }
}

/// The folded documents of this device. Copies are the same.
#[derive(Clone, Copy)]
pub(super) struct Folds {
    folded: RwSignal<Vec<DocumentId>>,
}

impl Folds {
    /// As this browser was left.
    pub(super) fn stored() -> Self {
        let stored = window()
            .local_storage()
            .ok()
            .flatten()
            .and_then(|storage| storage.get_item(FOLDED_KEY).ok().flatten())
            .unwrap_or_default();
        // What is not an id was not written by this program and folds nothing.
        let folded = stored.split_whitespace().filter_map(|id| id.parse().ok()).collect();
        Self {
            folded: RwSignal::new(folded),
        }
    }

    /// Runs with all folded ids, tracked.
    pub(super) fn with<T>(self, read: impl FnOnce(&[DocumentId]) -> T) -> T {
        self.folded.with(|folded| read(folded))
    }

    /// Whether what is under a document is hidden, tracked.
    pub(super) fn hides(self, id: DocumentId) -> bool {
        self.folded.with(|folded| folded.contains(&id))
    }

    /// Hides what is under a document.
    pub(super) fn fold(self, id: DocumentId) {
        if untrack(|| self.hides(id)) {
            return;
        }
        self.folded.update(|folded| {
            folded.push(id);
            let excess = folded.len().saturating_sub(FOLDED_MAX);
            folded.drain(..excess);
        });
        self.keep();
    }

    /// Shows what is under these documents.
    pub(super) fn unfold(self, ids: &[DocumentId]) {
        if ids.iter().all(|id| !untrack(|| self.hides(*id))) {
            return;
        }
        self.folded.update(|folded| folded.retain(|id| !ids.contains(id)));
        self.keep();
    }

    fn keep(self) {
        let ids: Vec<String> = self
            .folded
            .with_untracked(|ids| ids.iter().map(ToString::to_string).collect());
        if let Ok(Some(storage)) = window().local_storage() {
            // A full or forbidden storage costs the choice at the next start, nothing else.
            drop(storage.set_item(FOLDED_KEY, &ids.join(" ")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::order::rows;
    use super::super::order::testing::{id, tree};
    use super::*;

    const TREE: [&str; 6] = ["1", "  2", "    3", "  4", "5", "6"];

    fn folding(folded: &[u128]) -> (Vec<Shown>, Vec<DocumentId>) {
        let folded: Vec<DocumentId> = folded.iter().copied().map(id).collect();
        (shown(rows(&tree(&TREE)), &folded), folded)
    }

    #[track_caller]
    fn check(folded: &[u128], seen: &[&str]) {
        let titles: Vec<String> = folding(folded)
            .0
            .into_iter()
            .map(|one| one.row.document.title)
            .collect();
        assert_eq!(titles, seen);
    }

    #[test]
    fn a_folded_parent_hides_all_that_is_under_it_and_nothing_else() {
        check(&[], &["1", "2", "3", "4", "5", "6"]);
        check(&[1], &["1", "5", "6"]);
        check(&[2], &["1", "2", "4", "5", "6"]);
        check(&[1, 2], &["1", "5", "6"]);
    }

    #[test]
    fn folding_what_has_nothing_under_it_hides_nothing() {
        check(&[3, 5], &["1", "2", "3", "4", "5", "6"]);
        let (seen, _) = folding(&[1]);
        let parents: Vec<bool> = seen.iter().map(|one| one.is_parent).collect();
        assert_eq!(parents, [true, false, false]);
    }

    #[test]
    fn all_above_a_document_are_found_and_a_ring_ends() {
        let mut all = tree(&TREE);
        assert_eq!(above(&all, id(3)), [id(2), id(1)]);
        assert_eq!(above(&all, id(5)), []);
        all[0].parent_id = Some(id(3));
        assert_eq!(above(&all, id(3)), [id(2), id(1)]);
    }

    #[test]
    fn arrow_keys_fold_unfold_and_walk_what_is_seen() {
        let (open, none) = folding(&[]);
        assert_eq!(turned(&open, &none, id(1), Turn::In), Some(Turned::To(id(2))));
        assert_eq!(turned(&open, &none, id(1), Turn::Out), Some(Turned::Fold(id(1))));
        assert_eq!(turned(&open, &none, id(4), Turn::Out), Some(Turned::To(id(1))));
        assert_eq!(turned(&open, &none, id(4), Turn::In), None);
        assert_eq!(turned(&open, &none, id(6), Turn::Down), None);
        let (closed, folded) = folding(&[1]);
        assert_eq!(turned(&closed, &folded, id(1), Turn::In), Some(Turned::Unfold(id(1))));
        assert_eq!(turned(&closed, &folded, id(1), Turn::Out), None);
        assert_eq!(turned(&closed, &folded, id(1), Turn::Down), Some(Turned::To(id(5))));
        assert_eq!(turned(&closed, &folded, id(5), Turn::Up), Some(Turned::To(id(1))));
    }
}
