//! Reads the message catalogue and writes it down as constants, so that the tab carries neither a parser for it nor a broken catalogue.

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey};
use fluent_syntax::parser;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

const CATALOGUE: &str = "locale/en.ftl";

fn main() {
    println!("cargo::rerun-if-changed={CATALOGUE}");
    let source = fs::read_to_string(CATALOGUE).expect("the catalogue lies beside this file");
    let resource =
        parser::parse(source.as_str()).unwrap_or_else(|(_, errors)| panic!("{CATALOGUE} is not Fluent: {errors:?}"));
    let mut messages = BTreeMap::new();
    for entry in &resource.body {
        let message = match entry {
            Entry::Message(message) => message,
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => continue,
            Entry::Term(_) | Entry::Junk { .. } => panic!("{CATALOGUE}: only messages are known here: {entry:?}"),
        };
        let name = message.id.name;
        assert!(message.attributes.is_empty(), "{CATALOGUE}: {name} has attributes");
        let value = message
            .value
            .as_ref()
            .expect("a message without attributes has a value");
        let before = messages.insert(name, parts(name, value));
        assert!(before.is_none(), "{CATALOGUE}: {name} is defined twice");
    }
    let mut written = String::from("&[\n");
    for (name, parts) in messages {
        writeln!(written, "({name:?}, {parts}),").expect("a string takes what is written");
    }
    written.push(']');
    let folder = env::var_os("OUT_DIR").expect("cargo names the folder");
    fs::write(Path::new(&folder).join("catalogue.rs"), written).expect("cargo's folder can be written to");
}

/// A pattern as an expression of type `&[Part]`.
fn parts(message: &str, pattern: &Pattern<&str>) -> String {
    let parts: Vec<String> = pattern
        .elements
        .iter()
        .map(|element| match element {
            PatternElement::TextElement { value } => format!("Part::Text({value:?})"),
            PatternElement::Placeable { expression } => placeable(message, expression),
        })
        .collect();
    format!("&[{}]", parts.join(", "))
}

fn placeable(message: &str, expression: &Expression<&str>) -> String {
    match expression {
        Expression::Inline(inline) => format!("Part::Value({:?})", variable(message, inline)),
        Expression::Select { selector, variants } => {
            let name = variable(message, selector);
            // Fluent allows one default anywhere; with it at the end, the first that fits is the one.
            let (default, listed): (Vec<_>, Vec<_>) = variants.iter().partition(|variant| variant.default);
            let variants: Vec<String> = listed
                .iter()
                .chain(&default)
                .map(|variant| {
                    let (VariantKey::Identifier { name: key } | VariantKey::NumberLiteral { value: key }) = variant.key;
                    format!("({key:?}, {})", parts(message, &variant.value))
                })
                .collect();
            format!("Part::Choice({name:?}, &[{}])", variants.join(", "))
        }
    }
}

fn variable<'a>(message: &str, expression: &InlineExpression<&'a str>) -> &'a str {
    match expression {
        InlineExpression::VariableReference { id } => id.name,
        _ => panic!("{CATALOGUE}: {message}: only {{ $values }} and choices by them are known here"),
    }
}
