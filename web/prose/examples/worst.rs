//! Prints how long texts take to read and to write as HTML that were made to take long.

use prose::html::{Look, write};
use std::time::Instant;

fn main() {
    let mib: usize = std::env::args().nth(1).map_or(1 << 20, |n| n.parse().expect("bytes"));
    let repeated = |unit: &str| unit.repeat(mib / unit.len());
    let nested: String = (0..1400).map(|depth| format!("{}- a\n", " ".repeat(depth))).collect();
    let mut cases: Vec<(String, String)> = [
        "a ",
        "> ",
        "- ",
        "1. ",
        "*a ",
        "**a* ",
        "_a*b_",
        "[",
        "[a](",
        "![",
        "![a](b =",
        "![[]()",
        "`a``b```",
        "~~a~",
        "==a ",
        "==a==",
        "$a$$b",
        "$$a",
        "<a ",
        "<!--",
        "<![CDATA[",
        "&amp;",
        "[^a]",
        "[^a]: b\n",
        "[a]: b\n",
        "[a][b]",
        "|a",
        "|a|\n|-|\n",
        "|",
        "# a\n",
        "# a 1\n# a\n",
        "www.a.b",
        "http://",
        "(http://a",
        "a@b.c ",
        "> [!note] ",
        "> [!note]\n",
        "---\n",
        "- [ ] a\n",
        "\\",
        "\n",
        "\t",
        "  \n",
        "a\n-\n",
        "* a\n\n",
        "<b>",
        "]",
        "[a](<b",
        "``",
        "{",
        "$}{",
        "1) a\n  ",
    ]
    .iter()
    .map(|unit| (format!("{unit:?}"), repeated(unit)))
    .collect();
    cases.push(("nested list".to_owned(), nested));
    cases.push((
        "table wide".to_owned(),
        format!(
            "{}\n{}\n{}",
            "|a".repeat(20_000),
            "|-".repeat(20_000),
            "|b\n".repeat(20_000)
        ),
    ));
    cases.push((
        "labels".to_owned(),
        (0..60_000).map(|i| format!("[{i}]: a\n[{i}]\n")).collect(),
    ));
    cases.push((
        "codes".to_owned(),
        (1..1400).map(|i| format!("e{}", "`".repeat(i))).collect(),
    ));
    cases.push((
        "quotes lazy".to_owned(),
        format!("{}a\n{}", ">".repeat(1000), "b\n".repeat(mib / 2)),
    ));
    cases.push(("link parens".to_owned(), format!("[a]({}", "(".repeat(mib))));
    cases.push((
        "footnotes".to_owned(),
        (0..40_000).map(|i| format!("[^{i}]\n\n[^{i}]: a\n")).collect(),
    ));
    cases.push((
        "quoted list".to_owned(),
        (0..700).map(|d| format!("{}- a\n", "> ".repeat(d))).collect(),
    ));
    cases.push((
        "star runs".to_owned(),
        (1..1400).map(|i| format!("a{} ", "*".repeat(i))).collect(),
    ));
    cases.push(("names".to_owned(), repeated("[[a")));
    cases.push(("names with marks".to_owned(), repeated("[[a *b]] ")));
    cases.push(("mixed".to_owned(), repeated("*_~~`[](<\n> - 1. # |\n")));
    for (name, source) in cases {
        let began = Instant::now();
        let html = write(
            &source,
            Look::Page {
                site: "https://a.example",
                files: "/files?path=",
                texts: "/texts?path=",
            },
        );
        let took = began.elapsed();
        println!(
            "{:>8.1} ms {:>9} bytes -> {:>10}  {name}",
            took.as_secs_f64() * 1000.0,
            source.len(),
            html.len()
        );
    }
}
