//! Puts functions that look alike next to each other, since a program is downloaded compressed.
//!
//! Compression writes a stretch that came before as a reference to it, the cheaper the nearer it is, and learns what is likely to follow what. The
//! order that programs have of themselves, by size, costs a twentieth of the compressed program.

use super::renumber::{Functions, Renumbering};

/// The program with its functions in order of their types, among those of one type in order of their sizes, roughly, and then of their code: code
/// that begins alike mostly goes on so.
pub(super) fn order(program: &[u8]) -> anyhow::Result<Vec<u8>> {
    let Functions { imported, own } = Functions::read(program)?;
    let mut kept: Vec<usize> = (0..own.len()).collect();
    kept.sort_by_key(|&at| {
        let (kind, code) = own[at];
        (kind, code.len().ilog2(), code)
    });
    let mut number: Vec<u32> = (0..).take(imported + own.len()).collect();
    for (new, &at) in (imported..).zip(&kept) {
        number[imported + at] = u32::try_from(new)?;
    }
    Renumbering { number, kept }.apply(program)
}

#[cfg(test)]
mod tests {
    use super::super::renumber::tests::{exported, program};
    use super::*;

    #[test]
    fn functions_that_look_alike_become_neighbours_and_calls_follow_them() -> anyhow::Result<()> {
        let ordered = order(&program(&[Err(2), Ok(2), Err(3), Ok(1)]))?;
        // Both that call, then both that return a number.
        let alike = program(&[Err(1), Err(2), Ok(1), Ok(2)]);
        assert_eq!(Functions::read(&ordered)?.own, Functions::read(&alike)?.own);
        assert_eq!(exported(&ordered), [0, 3, 1, 2]);
        Ok(())
    }
}
