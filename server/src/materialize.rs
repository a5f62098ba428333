//! `inkling materialize`: integrates updates where it can hurt nobody.
//!
//! A process of its own, started by `actor::materializer`. Requests come on standard input, replies go to standard output, one at a
//! time. It bounds its own memory and processor time before it reads anything, keeps nothing between requests, and may die of any of
//! them: then the updates it was given are bad, and nothing else is lost.

mod diff;
mod limits;
pub mod pipe;

use bytes::Bytes;
use pipe::{Failure, Outcome, Request, Task};
use prose::html::{self, Look};
use shared::bundle;
use shared::id::ClientId;
use shared::replica::{Replica, ReplicaError};
use std::io::{Read, Write};

/// As whom replicas are made that write nothing.
const NOBODY: ClientId = ClientId(0);

/// Serves requests until standard input ends.
pub fn run() -> std::io::Result<()> {
    limits::set()?;
    // A panic is an answer like any other here: the parent sees the process end. Its message may hold document text.
    std::panic::set_hook(Box::new(|_| {}));
    serve(&mut std::io::stdin().lock(), &mut std::io::stdout().lock())
}

fn serve(requests: &mut impl Read, replies: &mut impl Write) -> std::io::Result<()> {
    while let Some(request) = pipe::read::<Request>(requests)? {
        pipe::write(replies, &answer(request))?;
    }
    Ok(())
}

fn answer(request: Request) -> Result<Outcome, Failure> {
    let updates = bundle::read(&request.bundle).map_err(|e| Failure::new(e.to_string()))?;
    match request.task {
        Task::Text => Ok(Outcome::Text(integrate(NOBODY, &updates)?.text())),
        Task::Check => compact(&updates).map(|_| Outcome::Checked),
        Task::Compact => {
            let (snapshot, text) = compact(&updates)?;
            Ok(Outcome::Compacted { snapshot, text })
        }
        Task::Page { text, leading } => {
            let look = Look::Page {
                site: &leading.site,
                files: &leading.files,
                texts: &leading.texts,
            };
            Ok(Outcome::Page(html::write(&text, look)))
        }
        Task::Edit { client_id, wanted } => edit(client_id, &wanted, &updates).map(Outcome::Edited),
    }
}

/// The document that these updates make, all of them.
fn integrate(client_id: ClientId, updates: &[Bytes]) -> Result<Replica, Failure> {
    let mut replica = Replica::new(client_id);
    replica.apply(updates)?;
    if replica.is_waiting() {
        return Err(Failure::new("an update needs another one that is missing".to_owned()));
    }
    Ok(replica)
}

/// One update that holds the whole document, read back and compared before anybody relies on it.
fn compact(updates: &[Bytes]) -> Result<(Bytes, String), Failure> {
    let replica = integrate(NOBODY, updates)?;
    let (snapshot, text) = (replica.encode_state(), replica.text());
    let copy = integrate(NOBODY, std::slice::from_ref(&snapshot))?;
    let differs = if copy.text() != text {
        "text"
    } else if copy.state_vector() != replica.state_vector() {
        "state vector"
    } else if copy.delete_set() != replica.delete_set() {
        "delete set"
    } else {
        return Ok((snapshot, text));
    };
    Err(Failure::new(format!("the snapshot has another {differs}")))
}

/// The updates that turn the document's text into the one that is wanted.
fn edit(client_id: ClientId, wanted: &str, updates: &[Bytes]) -> Result<Vec<Bytes>, Failure> {
    let mut replica = integrate(client_id, updates)?;
    let splices = diff::splices(&replica.text(), wanted);
    let edits = replica.edit(&splices, 0, None)?;
    if replica.text() != wanted {
        return Err(Failure::new("the edit does not lead to the wanted text".to_owned()));
    }
    Ok(edits)
}

impl From<ReplicaError> for Failure {
    fn from(error: ReplicaError) -> Self {
        Self::new(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::replica::Splice;

    fn log(texts: &[&str]) -> Vec<Bytes> {
        let mut replica = Replica::new(ClientId(7));
        let mut log = Vec::new();
        for text in texts {
            let splice = Splice {
                from: replica.len(),
                to: replica.len(),
                insert: (*text).to_owned(),
            };
            log.extend(replica.edit(&[splice], 0, None).unwrap());
        }
        log
    }

    fn ask(task: Task, updates: &[Bytes]) -> Result<Outcome, Failure> {
        let mut request = Vec::new();
        pipe::write(
            &mut request,
            &Request {
                task,
                bundle: bundle::write(updates),
            },
        )
        .unwrap();
        let mut replies = Vec::new();
        serve(&mut request.as_slice(), &mut replies).unwrap();
        pipe::read(&mut replies.as_slice()).unwrap().unwrap()
    }

    #[test]
    fn the_text_of_a_log_is_worked_out() {
        assert_eq!(
            ask(Task::Text, &log(&["hello ", "wörld 🦀"])),
            Ok(Outcome::Text("hello wörld 🦀".to_owned()))
        );
        assert_eq!(ask(Task::Text, &[]), Ok(Outcome::Text(String::new())));
    }

    #[test]
    fn a_snapshot_stands_for_the_whole_log() {
        let Ok(Outcome::Compacted { snapshot, text }) = ask(Task::Compact, &log(&["a", "b", "c"])) else {
            panic!("an honest log is compacted")
        };
        assert_eq!(text, "abc");
        assert_eq!(ask(Task::Text, &[snapshot]), Ok(Outcome::Text("abc".to_owned())));
    }

    #[test]
    fn an_edit_of_a_client_id_goes_on_from_its_clock() {
        let mut updates = log(&["one two three"]);
        for wanted in ["one 2 three", "1 2 three!", "", "🦀"] {
            let task = Task::Edit {
                client_id: ClientId(7),
                wanted: wanted.to_owned(),
            };
            let Ok(Outcome::Edited(edits)) = ask(task, &updates) else {
                panic!("an honest log can be edited")
            };
            updates.extend(edits);
            assert_eq!(ask(Task::Text, &updates), Ok(Outcome::Text(wanted.to_owned())));
        }
    }

    #[test]
    fn an_edit_to_the_present_text_is_no_update() {
        let task = Task::Edit {
            client_id: ClientId(9),
            wanted: "same".to_owned(),
        };
        assert_eq!(ask(task, &log(&["same"])), Ok(Outcome::Edited(Vec::new())));
    }

    #[test]
    fn a_log_with_a_hole_is_a_failure() {
        let mut updates = log(&["a", "b", "c"]);
        updates.remove(1);
        assert!(ask(Task::Text, &updates).is_err());
    }
}
