//! Keeps one of each set of functions that are the same.
//!
//! Generic code is compiled for each type it is used with, and much of what comes out is equal, byte for byte: a reference is a reference.
//! The compiler merges some of it early, when types still differ; the linker for WebAssembly merges none.

use super::renumber::{Functions, Renumbering};
use std::collections::HashMap;

/// The program with every reference to a function that has an equal turned to the first of them, and the others gone. What called them may
/// have become equal by it, so this goes on until nothing is.
pub(super) fn fold(program: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut program = program.to_vec();
    while let Some(folding) = find(&program)? {
        program = folding.apply(&program)?;
    }
    Ok(program)
}

/// None when all functions differ.
fn find(program: &[u8]) -> anyhow::Result<Option<Renumbering>> {
    let functions = Functions::read(program)?;
    let mut number: Vec<u32> = (0..).take(functions.imported).collect();
    let mut next = u32::try_from(functions.imported)?;
    let mut kept = Vec::new();
    let mut first = HashMap::new();
    for (at, function) in functions.own.iter().enumerate() {
        let is_first = !first.contains_key(function);
        number.push(*first.entry(function).or_insert(next));
        if is_first {
            next += 1;
            kept.push(at);
        }
    }
    let done = kept.len() == functions.own.len();
    Ok((!done).then_some(Renumbering { number, kept }))
}

#[cfg(test)]
mod tests {
    use super::super::renumber::tests::{exported, program};
    use super::*;

    #[test]
    fn of_equal_functions_one_stays_and_what_calls_them_becomes_equal_too() -> anyhow::Result<()> {
        let folded = fold(&program(&[Ok(1), Ok(2), Ok(1), Err(0), Err(2), Err(1)]))?;
        assert_eq!(exported(&folded), [0, 1, 0, 2, 2, 3]);
        assert!(find(&folded)?.is_none());
        Ok(())
    }

    #[test]
    fn a_program_whose_functions_all_differ_is_left_as_it_is() -> anyhow::Result<()> {
        let program = program(&[Ok(1), Err(0), Err(1)]);
        assert_eq!(fold(&program)?, program);
        Ok(())
    }
}
