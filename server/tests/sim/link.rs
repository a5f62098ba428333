//! Links: the server's numbers over requests that are lost, answered in vain, repeated and overtaken, against a client that does what the tab does.

use bytes::Bytes;
use server::collab::link::{Heard, Kept};
use shared::session::Rng;
use std::collections::VecDeque;

/// Frames in each direction of one run.
const FRAMES: u64 = 60;

/// Requests after which a run that has not come to its end never will.
const REQUESTS_MAX: u64 = 20_000;

/// What became of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Requests {
    pub(crate) lost: u64,
    pub(crate) answered_in_vain: u64,
    pub(crate) overtaken: u64,
}

/// A post as it was sent: the number of its first frame, and the frames.
type Post = (u64, Vec<Bytes>);

fn frame(number: u64) -> Bytes {
    Bytes::copy_from_slice(&number.to_le_bytes())
}

/// Whether these are the frames from the first on, each once.
fn check(what: &str, frames: &[Bytes]) -> Result<(), String> {
    let expected = (1..).map(frame);
    match frames
        .iter()
        .zip(expected)
        .position(|(found, expected)| *found != expected)
    {
        Some(at) => Err(format!("{what}: frame {} is not where it belongs", at + 1)),
        None => Ok(()),
    }
}

/// Runs one link until everything is said and told.
pub(crate) fn run(seed: u64) -> Result<Requests, String> {
    let mut rng = Rng::new(seed);
    let mut requests = Requests::default();
    let (mut kept, mut heard) = (Kept::default(), Heard::default());
    // The client's side: what it has not heard to be taken, and what it was told.
    let (mut said, mut first, mut says) = (VecDeque::new(), 1, 0);
    let (mut told, mut tells) = (Vec::new(), 0);
    let mut arrived = Vec::new();
    let mut late: Vec<Post> = Vec::new();
    for _ in 0..REQUESTS_MAX {
        if says < FRAMES && rng.below(2) == 0 {
            says += 1;
            said.push_back(frame(says));
        }
        if tells < FRAMES && rng.below(2) == 0 && kept.has_room_for(8) {
            tells += 1;
            kept.push(frame(tells));
        }
        // A post that was given up by the client and still arrives, after others.
        if !late.is_empty() && rng.below(4) == 0 {
            let at = usize::try_from(rng.below(late.len() as u64)).expect("below a usize");
            requests.overtaken += 1;
            hear(&mut heard, &mut arrived, &late.swap_remove(at));
        }
        let count = usize::try_from(1 + rng.below(8)).expect("small");
        let post: Post = (first, said.iter().take(count).cloned().collect());
        match rng.below(5) {
            0 => requests.lost += 1,
            1 => {
                requests.lost += 1;
                late.push(post);
            }
            2 => {
                hear(&mut heard, &mut arrived, &post);
                requests.answered_in_vain += 1;
            }
            _ if hear(&mut heard, &mut arrived, &post) => {
                said.drain(..post.1.len());
                first += post.1.len() as u64;
            }
            _ => return Err("a post in its turn was refused".to_owned()),
        }
        let after = told.len() as u64;
        kept.acknowledge(after)
            .map_err(|error| format!("an acknowledgement: {error}"))?;
        let following = kept.after(after, 64).map_err(|error| format!("a poll: {error}"))?;
        if rng.below(3) == 0 {
            requests.answered_in_vain += 1;
        } else {
            told.extend(following.frames);
        }
        check("the server heard", &arrived)?;
        check("the client was told", &told)?;
        if arrived.len() as u64 == FRAMES && told.len() as u64 == FRAMES {
            return Ok(requests);
        }
    }
    Err(format!(
        "{} frames were heard and {} told, and no more",
        arrived.len(),
        told.len()
    ))
}

/// What the server does with a post; false when it refuses it.
fn hear(heard: &mut Heard, arrived: &mut Vec<Bytes>, (first, frames): &Post) -> bool {
    let Ok(known) = heard.known(*first) else {
        return false;
    };
    for frame in frames.iter().skip(known) {
        heard.hear();
        arrived.push(frame.clone());
    }
    true
}
