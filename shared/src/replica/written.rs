//! A person's last steps as rows. Each is worked out again only when something was added to it or came back of it: rows are read after every edit
//! that is kept, and there may be many steps and images.

use super::history::Step;
use super::steps::{self, Image, Images, STEPS_BYTES_MAX, STEPS_MAX, Steps};
use bytes::Bytes;
use yrs::undo::StackItem;

/// The rows of the last steps, as they were when they were asked for last.
#[derive(Default)]
pub(super) struct Written {
    /// Ascending and without gaps. The last one may have grown since.
    rows: Vec<Row>,
    /// How many images were compared with a step so far.
    #[cfg(test)]
    pub(super) looks: u64,
}

struct Row {
    number: u64,
    /// Images of what the step inserted, the oldest first.
    images: Vec<Image>,
    /// Images that were noted up to this number are among them, if they are of this step.
    through: u64,
    bytes: Bytes,
}

impl Written {
    /// Steps from this number on were taken back. Others may get their numbers.
    pub(super) fn forget(&mut self, from: u64) {
        self.rows.retain(|row| row.number < from);
    }

    /// The last steps of a stack, numbered from `first` at its bottom.
    pub(super) fn write(&mut self, stack: &[StackItem<Step>], first: u64, images: &Images) -> Steps {
        let lowest = stack.len().saturating_sub(STEPS_MAX);
        let from = first + lowest as u64;
        self.rows.retain(|row| row.number >= from);
        if self.rows.first().is_some_and(|row| row.number != from) {
            // Not one of them is missing but at the end; were it so, all are worked out again.
            self.rows.clear();
        }
        let settled = self.rows.len().saturating_sub(1);
        for (place, (item, number)) in stack[lowest..].iter().zip(from..).enumerate() {
            if place == self.rows.len() {
                self.rows.push(Row {
                    number,
                    images: Vec::new(),
                    through: item.meta.images,
                    bytes: Bytes::new(),
                });
            }
            let row = &mut self.rows[place];
            if place < settled && row.through == images.noted() {
                continue;
            }
            let mut inserted = item.insertions().clone();
            for image in &row.images {
                image.add_to(&mut inserted);
            }
            let known = row.images.len();
            for image in images.after(row.through) {
                #[cfg(test)]
                {
                    self.looks += 1;
                }
                if image.add_to(&mut inserted) {
                    row.images.push(*image);
                }
            }
            row.through = images.noted();
            if place >= settled || row.images.len() > known {
                row.bytes = steps::row(&inserted, item);
            }
        }
        self.fitting()
    }

    /// As many of the last rows as may be kept.
    fn fitting(&self) -> Steps {
        let mut bytes = 0;
        let fitting = self.rows.iter().rev().take_while(|row| {
            bytes += row.bytes.len();
            bytes <= STEPS_BYTES_MAX
        });
        let first = self.rows.len() - fitting.count();
        let rows = self.rows[first..].iter();
        rows.map(|row| (row.number, row.bytes.clone())).collect()
    }
}
