//! Rewrites a program of WebAssembly with its functions in another order, some of them left out.

use anyhow::Context as _;
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{CodeSectionReader, FunctionSectionReader, Parser, Payload, TypeRef};

/// The functions of a program. A function is called by its number, and imported ones are numbered before the program's own.
pub(super) struct Functions<'a> {
    /// How many are imported.
    pub(super) imported: usize,
    /// The type and the code of each of its own.
    pub(super) own: Vec<(u32, &'a [u8])>,
}

impl<'a> Functions<'a> {
    pub(super) fn read(program: &'a [u8]) -> anyhow::Result<Self> {
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
        let own = types.into_iter().zip(bodies).collect();
        Ok(Self { imported, own })
    }
}

/// Where each function goes.
pub(super) struct Renumbering {
    /// By present number: the number from now on.
    pub(super) number: Vec<u32>,
    /// The program's own functions that stay, in their new order, by their place among the present ones.
    pub(super) kept: Vec<usize>,
}

impl Renumbering {
    /// The program with its functions, and everything that names one, renumbered.
    pub(super) fn apply(mut self, program: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut module = Module::new();
        self.parse_core_module(&mut module, Parser::new(0), program)
            .context("renumbering functions")?;
        Ok(module.finish())
    }
}

impl Reencode for Renumbering {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Self::Error>> {
        Ok(self.number[function as usize])
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let types = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for &at in &self.kept {
            functions.function(types[at]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for place in 0..self.kept.len() {
            utils::parse_function_body(self, code, bodies[self.kept[place]].clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use wasm_encoder::{ExportKind, ExportSection, Function, TypeSection, ValType};

    /// A program in which function n returns what its entry says: a number, or what another function returns.
    pub(in crate::web) fn program(functions: &[Result<i32, u32>]) -> Vec<u8> {
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
    pub(in crate::web) fn exported(program: &[u8]) -> Vec<u32> {
        let mut found = Vec::new();
        for payload in Parser::new(0).parse_all(program) {
            if let Payload::ExportSection(section) = payload.expect("a program") {
                found.extend(section.into_iter().map(|export| export.expect("an export").index));
            }
        }
        found
    }

    #[test]
    fn calls_and_exports_follow_a_function_to_its_new_number() -> anyhow::Result<()> {
        let turned = Renumbering {
            number: vec![2, 1, 0],
            kept: vec![2, 1, 0],
        }
        .apply(&program(&[Ok(1), Ok(2), Err(0)]))?;
        assert_eq!(
            Functions::read(&turned)?.own,
            Functions::read(&program(&[Err(2), Ok(2), Ok(1)]))?.own
        );
        assert_eq!(exported(&turned), [2, 1, 0]);
        Ok(())
    }
}
