//! Positions that move with the text.

use super::*;
use crate::wire::{Assoc, Sticky};

#[test]
fn a_position_moves_with_the_character_it_sticks_to() {
    let mut ada = replica_with("abcd");
    let (before, after) = (ada.sticky(2, Assoc::Before), ada.sticky(2, Assoc::After));
    ada.edit(&[splice(2, 2, "XY")], 0, None).unwrap();
    assert_eq!(ada.offset(&before), Some(2));
    assert_eq!(ada.offset(&after), Some(4));
    ada.edit(&[splice(0, 6, "")], 0, None).unwrap();
    assert_eq!((ada.offset(&before), ada.offset(&after)), (Some(0), Some(0)));
}

#[test]
fn the_ends_of_a_text_are_positions_too() {
    let mut ada = replica_with("ab");
    let ends = [(0, Assoc::Before), (2, Assoc::After)].map(|(offset, assoc)| ada.sticky(offset, assoc));
    assert!(ends.iter().all(|sticky| sticky.item.is_none()));
    ada.edit(&[splice(0, 0, "x"), splice(2, 2, "y")], 0, None).unwrap();
    assert_eq!(ends.map(|sticky| ada.offset(&sticky)), [Some(0), Some(4)]);
    assert_eq!(ada.sticky(99, Assoc::After), ends[1], "beyond the end is the end");
}

#[test]
fn a_position_in_text_that_has_not_come_is_nowhere() {
    let ada = replica_with("ab");
    assert_eq!(
        ada.offset(&Sticky {
            item: Some((ClientId(7), 0)),
            assoc: Assoc::After
        }),
        None
    );
    assert_eq!(
        ada.offset(&Sticky {
            item: Some((ClientId(1), 2)),
            assoc: Assoc::After
        }),
        None
    );
}
