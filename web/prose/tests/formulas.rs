//! The editor finds formulas by itself while somebody writes (`web/editor/src/preview/dollars.ts`), and has to find what the reader finds.

#[path = "../examples/formulas.rs"]
mod example;

/// The editor's side is held to the same answers by `web/editor/test/formulas.test.ts`.
#[test]
fn what_is_a_formula_is_what_the_editor_is_tested_with() {
    let now = example::formulas();
    let before = include_str!("formulas.json");
    let differs = now.lines().zip(before.lines()).find(|(now, before)| now != before);
    assert!(
        now == before,
        "`cargo run -p prose --example formulas > web/prose/tests/formulas.json` writes it anew: {differs:?}"
    );
}
