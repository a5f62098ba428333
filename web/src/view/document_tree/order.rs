//! Where a document stands among the others, and where moving it would put it: pure, so that it can be tried without a browser.

use shared::api::Document;
use shared::id::DocumentId;
use shared::sorted::{SortedSet, gather, sort_by};

/// A document and how deep it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    /// The document.
    pub(super) document: Document,
    /// 0 at the top.
    pub(super) depth: usize,
}

/// A place in the tree, as the API names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Placing {
    /// The parent; none at the top.
    pub(super) parent: Option<DocumentId>,
    /// The sibling right before it; none for the first.
    pub(super) after: Option<DocumentId>,
}

/// One step by key or menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shift {
    /// Before the sibling above.
    Up,
    /// After the sibling below.
    Down,
    /// Into the sibling above, as its last child.
    In,
    /// Out of its parent, right after it.
    Out,
}

/// The part of a row that something is dragged over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    /// The upper quarter: before this row.
    Before,
    /// The middle: into it.
    Inside,
    /// The lower quarter: after it.
    After,
}

impl Zone {
    /// The zone at a share of the row's height.
    pub(super) fn at(share: f64) -> Self {
        match share {
            s if s < 0.25 => Self::Before,
            s if s > 0.75 => Self::After,
            _ => Self::Inside,
        }
    }

    /// As the style sheet knows it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Inside => "inside",
            Self::After => "after",
        }
    }
}

fn children(all: &[Document], parent: Option<DocumentId>) -> Vec<&Document> {
    let mut children: Vec<&Document> = all.iter().filter(|one| one.parent_id == parent).collect();
    sort_by(&mut children, |a, b| {
        a.position.total_cmp(&b.position).then(a.id.cmp(&b.id))
    });
    children
}

/// All documents in reading order. One whose parent is missing stands at the top: nothing is ever hidden by a broken tree.
pub(super) fn rows(all: &[Document]) -> Vec<Row> {
    let known: SortedSet<DocumentId> = gather(all.iter().map(|one| one.id));
    let mut whole: Vec<Document> = all.to_vec();
    for one in &mut whole {
        one.parent_id = one.parent_id.filter(|parent| known.contains(parent));
    }
    let mut rows = Vec::with_capacity(all.len());
    let mut seen = SortedSet::default();
    let mut waiting: Vec<(DocumentId, usize)> = children(&whole, None).iter().rev().map(|one| (one.id, 0)).collect();
    while let Some((id, depth)) = waiting.pop() {
        if !seen.insert(id) {
            continue;
        }
        rows.extend(whole.iter().find(|one| one.id == id).map(|one| Row {
            document: one.clone(),
            depth,
        }));
        waiting.extend(children(&whole, Some(id)).iter().rev().map(|one| (one.id, depth + 1)));
    }
    // What is left hangs in a ring of parents.
    rows.extend(whole.iter().filter(|one| !seen.contains(&one.id)).map(|one| Row {
        document: one.clone(),
        depth: 0,
    }));
    rows
}

/// Where one step would put a document; none when there is nowhere to go.
pub(super) fn shifted(all: &[Document], id: DocumentId, shift: Shift) -> Option<Placing> {
    let document = all.iter().find(|one| one.id == id)?;
    let parent = document.parent_id;
    let siblings = children(all, parent);
    let at = siblings.iter().position(|one| one.id == id)?;
    match shift {
        Shift::Up => (at > 0).then(|| Placing {
            parent,
            after: at.checked_sub(2).map(|i| siblings[i].id),
        }),
        Shift::Down => siblings.get(at + 1).map(|below| Placing {
            parent,
            after: Some(below.id),
        }),
        Shift::In => {
            let above = siblings[at.checked_sub(1)?].id;
            Some(Placing {
                parent: Some(above),
                after: children(all, Some(above)).last().map(|one| one.id),
            })
        }
        Shift::Out => {
            let parent = all.iter().find(|one| Some(one.id) == parent)?;
            Some(Placing {
                parent: parent.parent_id,
                after: Some(parent.id),
            })
        }
    }
}

/// Where letting go of a document over another would put it; none when that is itself or below itself, or changes nothing.
pub(super) fn dropped(all: &[Document], id: DocumentId, target: DocumentId, zone: Zone) -> Option<Placing> {
    let mut ancestor = Some(target);
    for _ in 0..=all.len() {
        match ancestor {
            Some(one) if one == id => return None,
            Some(one) => ancestor = all.iter().find(|other| other.id == one)?.parent_id,
            None => break,
        }
    }
    let parent = all.iter().find(|one| one.id == target)?.parent_id;
    let others = |parent| {
        children(all, parent)
            .into_iter()
            .map(|one| one.id)
            .filter(|one| *one != id)
            .collect::<Vec<_>>()
    };
    let placing = match zone {
        Zone::Inside => Placing {
            parent: Some(target),
            after: others(Some(target)).last().copied(),
        },
        Zone::After => Placing {
            parent,
            after: Some(target),
        },
        Zone::Before => {
            let siblings = others(parent);
            let at = siblings.iter().position(|one| *one == target)?;
            Placing {
                parent,
                after: at.checked_sub(1).map(|i| siblings[i]),
            }
        }
    };
    (placing_of(all, id)? != placing).then_some(placing)
}

fn placing_of(all: &[Document], id: DocumentId) -> Option<Placing> {
    let parent = all.iter().find(|one| one.id == id)?.parent_id;
    let siblings = children(all, parent);
    let at = siblings.iter().position(|one| one.id == id)?;
    Some(Placing {
        parent,
        after: at.checked_sub(1).map(|i| siblings[i].id),
    })
}

/// Shows the move before the server confirms it. Its own positions replace these with the next answer.
pub(super) fn apply(all: &mut [Document], id: DocumentId, placing: Placing) {
    let siblings: Vec<(DocumentId, f64)> = children(all, placing.parent)
        .iter()
        .filter(|one| one.id != id)
        .map(|one| (one.id, one.position))
        .collect();
    let next = placing
        .after
        .and_then(|after| siblings.iter().position(|one| one.0 == after))
        .map_or(0, |at| at + 1);
    let below = next.checked_sub(1).and_then(|i| siblings.get(i)).map(|one| one.1);
    let above = siblings.get(next).map(|one| one.1);
    let position = match (below, above) {
        (Some(below), Some(above)) => f64::midpoint(below, above),
        (Some(below), None) => below + 1.0,
        (None, Some(above)) => above - 1.0,
        (None, None) => 0.0,
    };
    if let Some(document) = all.iter_mut().find(|one| one.id == id) {
        document.parent_id = placing.parent;
        document.position = position;
    }
}

/// Trees as tests write them.
#[cfg(test)]
pub(super) mod testing {
    use super::*;
    use shared::id::{RoomId, Seq};
    use shared::wire::Role;
    use uuid::Uuid;

    /// The document of that number.
    pub(in super::super) fn id(n: u128) -> DocumentId {
        DocumentId(Uuid::from_u128(n))
    }

    /// Written as in the tree: each line a document, deeper by two blanks.
    pub(in super::super) fn tree(lines: &[&str]) -> Vec<Document> {
        let mut path: Vec<DocumentId> = Vec::new();
        let mut all = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let depth = (line.len() - line.trim_start().len()) / 2;
            path.truncate(depth);
            let number: u128 = line.trim().parse().expect("documents are numbers here");
            all.push(Document {
                id: id(number),
                room_id: RoomId(Uuid::nil()),
                title: line.trim().to_owned(),
                former_titles: Vec::new(),
                parent_id: path.last().copied(),
                position: f64::from(u32::try_from(at).expect("few lines")),
                head_seq: Seq(0),
                role: Role::Editor,
                edited_at: String::new(),
                created_at: String::new(),
                deleted_at: None,
            });
            path.push(id(number));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{id, tree};
    use super::*;

    fn drawn(all: &[Document]) -> Vec<String> {
        rows(all)
            .iter()
            .map(|row| format!("{}{}", "  ".repeat(row.depth), row.document.title))
            .collect()
    }

    #[track_caller]
    fn check(before: &[&str], number: u128, placing: Option<Placing>, after: &[&str]) {
        let mut all = tree(before);
        apply(&mut all, id(number), placing.expect("the move is possible"));
        assert_eq!(drawn(&all), after);
    }

    #[test]
    fn steps_move_among_siblings_and_levels() {
        let before = ["1", "  2", "  3", "4"];
        let all = tree(&before);
        check(&before, 3, shifted(&all, id(3), Shift::Up), &["1", "  3", "  2", "4"]);
        check(&before, 2, shifted(&all, id(2), Shift::Down), &["1", "  3", "  2", "4"]);
        check(&before, 4, shifted(&all, id(4), Shift::In), &["1", "  2", "  3", "  4"]);
        check(&before, 2, shifted(&all, id(2), Shift::Out), &["1", "  3", "2", "4"]);
        check(&before, 4, shifted(&all, id(4), Shift::Up), &["4", "1", "  2", "  3"]);
    }

    #[test]
    fn a_step_past_the_edge_is_none() {
        let all = tree(&["1", "  2", "3"]);
        for (number, shift) in [
            (1, Shift::Up),
            (3, Shift::Down),
            (1, Shift::Out),
            (2, Shift::In),
            (2, Shift::Up),
        ] {
            assert_eq!(shifted(&all, id(number), shift), None, "{number} {shift:?}");
        }
    }

    #[test]
    fn dropping_places_before_inside_and_after() {
        let before = ["1", "  2", "3", "4"];
        let all = tree(&before);
        check(
            &before,
            4,
            dropped(&all, id(4), id(1), Zone::Before),
            &["4", "1", "  2", "3"],
        );
        check(
            &before,
            4,
            dropped(&all, id(4), id(1), Zone::Inside),
            &["1", "  2", "  4", "3"],
        );
        check(
            &before,
            4,
            dropped(&all, id(4), id(1), Zone::After),
            &["1", "  2", "4", "3"],
        );
        check(
            &before,
            2,
            dropped(&all, id(2), id(4), Zone::After),
            &["1", "3", "4", "2"],
        );
    }

    #[test]
    fn nothing_is_dropped_into_itself_or_where_it_is() {
        let all = tree(&["1", "  2", "3"]);
        assert_eq!(dropped(&all, id(1), id(2), Zone::Inside), None);
        assert_eq!(dropped(&all, id(1), id(1), Zone::After), None);
        assert_eq!(dropped(&all, id(3), id(1), Zone::After), None);
    }

    #[test]
    fn a_broken_tree_hides_nothing() {
        let mut all = tree(&["1", "2", "3"]);
        all[0].parent_id = Some(id(9));
        all[1].parent_id = Some(id(3));
        all[2].parent_id = Some(id(2));
        assert_eq!(drawn(&all), ["1", "2", "3"]);
    }
}
