//! What a person can take back: their own edits, in steps.

use super::LOCAL;
use super::plan::fits_one_update;
use super::steps::{Images, Steps};
use super::written::Written;
use crate::wire::Selection;
use bytes::Bytes;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use yrs::undo::{Options, StackItem, UndoManager};

/// Edits closer together than this belong to one step, milliseconds. CodeMirror's and Yjs' habit.
const STEP_PAUSE_MS: u64 = 500;

/// Kept with each step.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Step {
    /// The selection before the step's first edit.
    pub(super) selection: Option<Selection>,
    /// Taken back together with the step below it: both come from one edit that was too large for one update.
    pub(super) is_continued: bool,
    /// So many images were noted before it began: none of these is of what it inserts.
    pub(super) images: u64,
}

/// What the observers share with the code that changes the document. They only copy: they run inside the transaction.
#[derive(Default)]
struct Notes {
    /// For the step that is made next.
    next: Step,
    /// The step that was taken back last.
    popped: Option<Step>,
}

/// Steps of local edits. Grouping is decided here and not by yrs' clock: a step ends after a pause, when the editor says that something else
/// begins, or when taking it back would make an update that is too large to send.
pub(super) struct History {
    undo: UndoManager<Step>,
    notes: Arc<Mutex<Notes>>,
    /// When the open step was last added to; none when the next edit begins a step.
    last_edit_ms: Option<u64>,
    step_cost_bytes: usize,
    /// The number of the step at the bottom of the stack.
    first: u64,
    images: Images,
    written: Written,
}

impl History {
    pub(super) fn new(doc: &yrs::Doc, text: &yrs::TextRef) -> Self {
        Self::restored(doc, text, 0, Vec::new())
    }

    /// With steps of a replica that was there before, numbered from `first`.
    pub(super) fn restored(doc: &yrs::Doc, text: &yrs::TextRef, first: u64, stack: Vec<StackItem<Step>>) -> Self {
        let mut undo = UndoManager::with_options(Options {
            // Steps end when `reset` says so.
            capture_timeout_millis: u64::MAX,
            tracked_origins: HashSet::from([yrs::Origin::from(LOCAL)]),
            capture_transaction: None,
            timestamp: Arc::new(|| 1),
            init_undo_stack: stack,
            init_redo_stack: Vec::new(),
        });
        undo.expand_scope(doc, text);
        let notes = Arc::new(Mutex::new(Notes::default()));
        let added = Arc::clone(&notes);
        undo.observe_item_added("notes", move |_, event| {
            *event.meta_mut() = added.lock().unwrap_or_else(PoisonError::into_inner).next;
        });
        let popped = Arc::clone(&notes);
        undo.observe_item_popped("notes", move |_, event| {
            popped.lock().unwrap_or_else(PoisonError::into_inner).popped = Some(*event.meta());
        });
        Self {
            undo,
            notes,
            last_edit_ms: None,
            step_cost_bytes: 0,
            first,
            images: Images::default(),
            written: Written::default(),
        }
    }

    /// The last steps as bytes.
    pub(super) fn steps(&mut self) -> Steps {
        self.written.write(self.undo.undo_stack(), self.first, &self.images)
    }

    /// How many images were compared with a step so far.
    #[cfg(test)]
    pub(super) const fn looks(&self) -> u64 {
        self.written.looks
    }

    /// An undo or a redo has made these updates.
    pub(super) fn note_taken_back(&mut self, updates: &[Bytes]) {
        self.written.forget(self.first + self.undo.undo_stack().len() as u64);
        if self.undo.can_undo() {
            self.images.note(updates);
        } else {
            self.images.clear();
        }
    }

    /// Whether an edit at this time, of this cost, begins a new step.
    pub(super) fn begins_step(&self, now_ms: u64, cost_bytes: usize) -> bool {
        let joins = |last: u64| now_ms.saturating_sub(last) < STEP_PAUSE_MS;
        !self.last_edit_ms.is_some_and(joins) || !fits_one_update(self.step_cost_bytes + cost_bytes)
    }

    /// The next edit does not go on with what was done so far, however soon it comes.
    pub(super) const fn end_step(&mut self) {
        self.last_edit_ms = None;
    }

    /// The next edit begins a new step.
    pub(super) fn begin_step(&mut self, selection: Option<Selection>) {
        self.open(Step {
            selection,
            is_continued: false,
            images: self.images.noted(),
        });
    }

    /// The next transaction belongs to the same edit as the last, yet has to be taken back in an update of its own.
    pub(super) fn continue_in_new_step(&mut self) {
        self.open(Step {
            selection: None,
            is_continued: true,
            images: self.images.noted(),
        });
    }

    pub(super) fn note_edit(&mut self, now_ms: u64, cost_bytes: usize) {
        self.last_edit_ms = Some(now_ms);
        self.step_cost_bytes += cost_bytes;
    }

    /// None when there was nothing to take back; else the selection that was kept.
    pub(super) fn undo(&mut self) -> Option<Option<Selection>> {
        self.take_back(UndoManager::undo_blocking)
    }

    /// None when there was nothing to bring back; else the selection that was kept.
    pub(super) fn redo(&mut self) -> Option<Option<Selection>> {
        self.take_back(UndoManager::redo_blocking)
    }

    fn take_back(&mut self, mut pop: impl FnMut(&mut UndoManager<Step>) -> bool) -> Option<Option<Selection>> {
        let mut last = None;
        loop {
            self.open(Step {
                selection: None,
                is_continued: last.is_some(),
                images: self.images.noted(),
            });
            let popped = pop(&mut self.undo)
                .then(|| self.with_notes(|notes| notes.popped.take()))
                .flatten();
            let Some(step) = popped else { break };
            last = Some(step);
            if !step.is_continued {
                break;
            }
        }
        self.last_edit_ms = None;
        last.map(|step| step.selection)
    }

    fn open(&mut self, step: Step) {
        self.undo.reset();
        self.step_cost_bytes = 0;
        self.with_notes(|notes| notes.next = step);
    }

    fn with_notes<R>(&self, f: impl FnOnce(&mut Notes) -> R) -> R {
        f(&mut self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
