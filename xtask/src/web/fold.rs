//! Keeps one of each set of functions that are the same.
//!
//! Generic code is compiled for each type it is used with, and much of what comes out is equal, byte for byte: a reference is a reference.
//! The compiler merges some of it early, when types still differ; the linker for WebAssembly merges none.

use anyhow::Context as _;
use std::collections::HashMap;
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{CodeSectionReader, FunctionSectionReader, Parser, Payload, TypeRef};

/// The program with every reference to a function that has an equal turned to the first of them, and the others gone. What called them may
/// have become equal by it, so this goes on until nothing is.
pub(super) fn fold(program: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut program = program.to_vec();
    while let Some(mut folding) = Folding::find(&program)? {
        let mut module = Module::new();
        folding
            .parse_core_module(&mut module, Parser::new(0), &program)
            .context("folding equal functions")?;
        program = module.finish();
    }
    Ok(program)
}

/// Where each function goes.
struct Folding {
    /// By present number: the number from now on.
    number: Vec<u32>,
    /// Of the program's own functions: whether it is the first of its kind.
    stays: Vec<bool>,
}

impl Folding {
    /// None when all functions differ.
    fn find(program: &[u8]) -> anyhow::Result<Option<Self>> {
        // Imported functions are numbered before the program's own.
        let mut imported = 0;
        let mut types = Vec::new();
        let mut bodies = Vec::new();
        for payload in Parser::new(0).parse_all(program) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::FunctionSection(section) => types = section.into_iter().collect::<Result<_, _>>()?,
                Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
                _ => {}
            }
        }
        let mut number: Vec<u32> = (0..).take(imported).collect();
        let mut next = u32::try_from(imported)?;
        let mut stays = Vec::with_capacity(bodies.len());
        let mut first: HashMap<(u32, &[u8]), u32> = HashMap::new();
        for kind in types.into_iter().zip(bodies) {
            let is_first = !first.contains_key(&kind);
            number.push(*first.entry(kind).or_insert(next));
            next += u32::from(is_first);
            stays.push(is_first);
        }
        let done = stays.iter().all(|stays| *stays);
        Ok((!done).then_some(Self { number, stays }))
    }
}

impl Reencode for Folding {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Self::Error>> {
        Ok(self.number[function as usize])
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        for (at, kind) in section.into_iter().enumerate() {
            if self.stays[at] {
                functions.function(kind?);
            }
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        for (at, body) in section.into_iter().enumerate() {
            if self.stays[at] {
                utils::parse_function_body(self, code, body?)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{ExportKind, ExportSection, Function, TypeSection, ValType};

    /// A program in which function n returns what its entry says: a number, or what another function returns.
    fn program(functions: &[Result<i32, u32>]) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], [ValType::I32]);
        let (mut kinds, mut exports, mut code) = (FunctionSection::new(), ExportSection::new(), CodeSection::new());
        for (number, returned) in (0..).zip(functions) {
            kinds.function(0);
            exports.export(&number.to_string(), ExportKind::Func, number);
            let mut body = Function::new([]);
            match *returned {
                Ok(value) => body.instructions().i32_const(value).end(),
                Err(called) => body.instructions().call(called).end(),
            };
            code.function(&body);
        }
        let mut module = Module::new();
        module.section(&types).section(&kinds).section(&exports).section(&code);
        module.finish()
    }

    /// Which function each export has become.
    fn exported(program: &[u8]) -> Vec<u32> {
        let mut found = Vec::new();
        for payload in Parser::new(0).parse_all(program) {
            if let Payload::ExportSection(section) = payload.expect("a program") {
                found.extend(section.into_iter().map(|export| export.expect("an export").index));
            }
        }
        found
    }

    #[test]
    fn of_equal_functions_one_stays_and_what_calls_them_becomes_equal_too() -> anyhow::Result<()> {
        let folded = fold(&program(&[Ok(1), Ok(2), Ok(1), Err(0), Err(2), Err(1)]))?;
        assert_eq!(exported(&folded), [0, 1, 0, 2, 2, 3]);
        assert_eq!(Folding::find(&folded)?.map(|folding| folding.number), None);
        Ok(())
    }

    #[test]
    fn a_program_whose_functions_all_differ_is_left_as_it_is() -> anyhow::Result<()> {
        let program = program(&[Ok(1), Err(0), Err(1)]);
        assert_eq!(fold(&program)?, program);
        Ok(())
    }
}
