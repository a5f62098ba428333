//! Which documents files become: one for each text, in the tree as its folders have them. The other way round from `archive::paths`.

use crate::relative;
use shared::limits::TITLE_CHARS_MAX;
use std::collections::{BTreeMap, HashMap};

/// What a document's text is made of. The first one has what lies in the folder of its name below it, if there are several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Byte for byte.
    Markdown,
    /// The same; it had another ending.
    Plain,
    /// A pad of Etherpad.
    Etherpad,
}

impl Kind {
    /// Of a file of this name, and the name without its ending. None for what is no text, and lies beside texts.
    #[must_use]
    pub fn of(name: &str) -> Option<(Self, &str)> {
        let (stem, ending) = name.rsplit_once('.')?;
        let kind = match ending.to_ascii_lowercase().as_str() {
            "md" | "markdown" | "mdown" | "mkd" => Self::Markdown,
            "txt" => Self::Plain,
            "etherpad" => Self::Etherpad,
            _ => return None,
        };
        Some((kind, stem))
    }
}

/// A document that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Its file, or the folder that it stands for, which ends with a slash.
    pub path: String,
    /// What it will be called.
    pub title: String,
    /// The one that it hangs below, which comes before it.
    pub parent: Option<usize>,
    /// Which of the files is its text; a folder without one has none.
    pub source: Option<(usize, Kind)>,
}

/// What is to be made of all files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// Parents first.
    pub documents: Vec<Planned>,
    /// Files that are no texts, by their paths.
    pub beside: BTreeMap<String, usize>,
    /// The same by the name alone, where there is only one of it.
    by_name: HashMap<String, Option<usize>>,
}

impl Tree {
    /// Of these paths, siblings in the order in which they come first.
    #[must_use]
    pub fn of<'a>(paths: impl IntoIterator<Item = &'a str>) -> Self {
        let mut tree = Self::default();
        let mut planting = Planting::default();
        for (at, path) in paths.into_iter().enumerate() {
            let (folder, name) = split(path);
            match Kind::of(name) {
                Some((kind, stem)) => planting.put(folder, stem, path, (at, kind)),
                None => {
                    tree.beside.insert(path.to_owned(), at);
                    tree.by_name
                        .entry(name.to_owned())
                        .and_modify(|at| *at = None)
                        .or_insert(Some(at));
                }
            }
        }
        tree.documents = planting.in_order();
        tree
    }

    /// The file that a document means by one of its paths: as seen from its folder; or from the top, or anywhere by its name alone, as
    /// Obsidian does.
    #[must_use]
    pub fn meant(&self, document: &str, path: &str) -> Option<usize> {
        let beside = |path: String| self.beside.get(&path).copied();
        let from_here = relative::joined(split(document).0, path).and_then(beside);
        let from_top = || self.beside.get(path).copied();
        let by_name = || self.by_name.get(path).copied().flatten();
        from_here.or_else(from_top).or_else(by_name)
    }
}

/// The folder of a path, empty or with its slash, and the name behind it.
fn split(path: &str) -> (&str, &str) {
    path.split_at(path.rfind('/').map_or(0, |at| at + 1))
}

#[derive(Default)]
struct Planting {
    nodes: Vec<Node>,
    top: Vec<usize>,
    /// Nodes that have what is in the folder of their name, by its path.
    folders: HashMap<String, usize>,
}

struct Node {
    planned: Planned,
    below: Vec<usize>,
}

impl Planting {
    fn put(&mut self, folder: &str, stem: &str, path: &str, source: (usize, Kind)) {
        let own_folder = format!("{folder}{stem}/");
        let at = self.folder(&own_folder);
        let planned = &mut self.nodes[at].planned;
        match planned.source {
            None => {
                planned.source = Some(source);
                path.clone_into(&mut planned.path);
            }
            // Two texts of one name: the folder stays with the better one, and the other stands beside it.
            Some(other) if other.1 <= source.1 => drop(self.plant(folder, stem, path, Some(source))),
            Some(other) => {
                planned.source = Some(source);
                let other_path = std::mem::replace(&mut planned.path, path.to_owned());
                self.plant(folder, stem, &other_path, Some(other));
            }
        }
    }

    /// The node of a folder, made with those above it when there is none.
    fn folder(&mut self, folder: &str) -> usize {
        if let Some(at) = self.folders.get(folder) {
            return *at;
        }
        let (above, name) = split(folder.trim_end_matches('/'));
        let at = self.plant(above, name, folder, None);
        self.folders.insert(folder.to_owned(), at);
        at
    }

    fn plant(&mut self, above: &str, name: &str, path: &str, source: Option<(usize, Kind)>) -> usize {
        let parent = (!above.is_empty()).then(|| self.folder(above));
        let at = self.nodes.len();
        self.nodes.push(Node {
            planned: Planned {
                path: path.to_owned(),
                title: title(name),
                parent,
                source,
            },
            below: Vec::new(),
        });
        match parent {
            Some(parent) => self.nodes[parent].below.push(at),
            None => self.top.push(at),
        }
        at
    }

    /// Each before what hangs below it.
    fn in_order(self) -> Vec<Planned> {
        let mut places = vec![0; self.nodes.len()];
        let mut ordered = Vec::with_capacity(self.nodes.len());
        let mut waiting: Vec<usize> = self.top.iter().rev().copied().collect();
        while let Some(at) = waiting.pop() {
            let Node { planned, below } = &self.nodes[at];
            places[at] = ordered.len();
            ordered.push(Planned {
                parent: planned.parent.map(|parent| places[parent]),
                ..planned.clone()
            });
            waiting.extend(below.iter().rev());
        }
        ordered
    }
}

/// A name as a title: on one line, with something to see, and not too long.
fn title(name: &str) -> String {
    let reorders = |c: char| matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown: String = name.chars().map(|c| if reorders(c) { ' ' } else { c }).collect();
    let title: String = shown.trim().chars().take(TITLE_CHARS_MAX).collect();
    match title.trim_end() {
        title if crate::http::extract::text("title", title, 1, TITLE_CHARS_MAX).is_ok() => title.to_owned(),
        _ => "Untitled".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(paths: &[&str], expected: &[(&str, Option<usize>, Option<usize>)]) {
        let tree = Tree::of(paths.iter().copied());
        let found: Vec<_> = tree
            .documents
            .iter()
            .map(|one| (one.path.as_str(), one.parent, one.source.map(|(at, _)| at)))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn folders_become_the_tree_and_what_is_called_like_a_folder_has_it_below() {
        check(
            &["b.md", "notes/x.md", "notes/old/y.md", "notes.md", "a.txt"],
            &[
                ("b.md", None, Some(0)),
                ("notes.md", None, Some(3)),
                ("notes/x.md", Some(1), Some(1)),
                ("notes/old/", Some(1), None),
                ("notes/old/y.md", Some(3), Some(2)),
                ("a.txt", None, Some(4)),
            ],
        );
    }

    #[test]
    fn of_two_texts_of_one_name_the_markdown_has_the_folder() {
        for paths in [["a.txt", "a.md", "a/b.md"], ["a/b.md", "a.txt", "a.md"]] {
            let tree = Tree::of(paths);
            let [with, below, beside] = &tree.documents[..] else {
                panic!("{tree:?}")
            };
            assert_eq!(
                (with.path.as_str(), below.path.as_str(), beside.path.as_str()),
                ("a.md", "a/b.md", "a.txt")
            );
            assert_eq!((below.parent, beside.parent), (Some(0), None));
        }
    }

    #[test]
    fn a_file_is_found_from_the_folder_of_its_document_from_the_top_and_by_its_name() {
        let tree = Tree::of([
            "notes/x.md",
            "notes/a.png",
            "images/b.png",
            "deep/down/c.png",
            "one/d.png",
            "two/d.png",
        ]);
        assert_eq!(tree.beside.len(), 5);
        for (path, expected) in [
            ("a.png", Some(1)),
            ("../images/b.png", Some(2)),
            ("images/b.png", Some(2)),
            ("c.png", Some(3)),
            ("d.png", None),
            ("../../images/b.png", None),
            ("x.md", None),
        ] {
            assert_eq!(tree.meant("notes/x.md", path), expected, "{path}");
        }
    }

    #[test]
    fn every_name_becomes_a_title_that_can_be_seen() {
        for (name, expected) in [
            (" Soup ", "Soup"),
            ("\u{200b}", "Untitled"),
            ("", "Untitled"),
            ("a\u{202e}b", "a b"),
        ] {
            assert_eq!(title(name), expected, "{name:?}");
        }
        assert_eq!(title(&"x".repeat(300)).chars().count(), TITLE_CHARS_MAX);
    }
}
