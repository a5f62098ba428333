//! Prints texts with what is a formula in them, for `tests/formulas.json`: the editor is tested with the same.

use prose::{Event, Kind, events};

/// Pieces of which texts with dollars are made.
const PIECES: [&str; 30] = [
    "$", "$", "$", "$$", "$$", "a", "5", " ", " ", "\n", "{", "}", "{", "}", "\\", "\\$", "`", "*", "_", "x^2", "é",
    "(", ")", ",", "**", "[b](c)", "\n> ", "\n\n", "==", "\\{",
];

const TEXTS: u32 = 1_500;

/// One text a line, as JSON: the text, and a list of formulas with whether each stands on a line of its own.
pub(crate) fn formulas() -> String {
    let mut state = 1_u32;
    let mut below = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        usize::try_from((u64::from(state) * below as u64) >> 32).expect("is below a size")
    };
    let mut lines = String::from("[\n");
    for at in 0..TEXTS {
        let text: String = (0..3 + below(18)).map(|_| PIECES[below(PIECES.len())]).collect();
        let found: Vec<(String, bool)> = events(&text, Kind::Document)
            .into_iter()
            .filter_map(|event| match event {
                Event::Math { source, is_display } => Some((source.split_whitespace().collect(), is_display)),
                _ => None,
            })
            .collect();
        lines.push_str(&serde_json::to_string(&(&text, &found)).expect("texts are JSON"));
        lines.push_str(if at + 1 < TEXTS { ",\n" } else { "\n]\n" });
    }
    lines
}

#[allow(dead_code, reason = "a test takes what is printed")]
fn main() {
    print!("{}", formulas());
}
