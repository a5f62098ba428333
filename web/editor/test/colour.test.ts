import assert from "node:assert/strict";
import { test } from "node:test";
import { colour } from "../src/preview/colour/languages.ts";

/** The words of a program that have this colour. */
function found(language: string, text: string, kind: string): string[] {
  return colour(language, text)
    .filter((piece) => piece[2] === kind)
    .map(([from, to]) => text.slice(from, to));
}

test("comments, texts and keywords are told apart in each language", () => {
  const check = (language: string, text: string, expected: Record<string, string[]>) => {
    for (const [kind, words] of Object.entries(expected)) assert.deepEqual(found(language, text, kind), words, `${language}, ${kind}`);
  };
  check("ts", "const a = `x ${1}`; // const\nrun(0x1F, Map)", { keyword: ["const"], string: ["`x ${1}`"], comment: ["// const"], name: ["run"], number: ["0x1F"], type: ["Map"] });
  check("json", '{"a": "b", "c": [1.5, true]}', { name: ['"a"', '"c"'], string: ['"b"'], number: ["1.5"], keyword: ["true"] });
  check("html", '<!-- x --><a href="y">z &amp;</a>', { comment: ["<!-- x -->"], keyword: ["<a", ">", "</a", ">"], name: ["href"], string: ['"y"'], number: ["&amp;"] });
  check("css", "/* c\n */ .a { color: #fff; margin: 2px }", { comment: ["/* c\n */"], type: [".a"], name: ["color", "margin"], number: ["#fff", "2px"] });
  check("python", "@x\ndef f(a): # def\n  return '''if\n'''", { keyword: ["@x", "def", "return"], name: ["f"], comment: ["# def"], string: ["'''if\n'''"] });
  check("rust", "fn main() { let s: &'static str = r#\"a\"b\"#; println!(\"x\", 'c'); }", { keyword: ["fn", "let", "str"], string: ['r#"a"b"#', '"x"', "'c'"], name: ["main", "'static", "println!"] });
  check("sh", "if [ -f \"$x\" ]; then echo $y # if\nfi", { keyword: ["if", "then", "echo", "fi"], string: ['"$x"'], name: ["$y"], comment: ["# if"] });
  check("sql", "SELECT a FROM \"t\" WHERE b = 'it''s' -- no", { keyword: ["SELECT", "FROM", "WHERE"], string: ["'it''s'"], name: ['"t"'], comment: ["-- no"] });
  check("yaml", "a: true # c\n- b: 'x'\n", { name: ["a", "b"], keyword: ["true"], string: ["'x'"], comment: ["# c"] });
});

test("pieces ascend and do not overlap, whatever the text, and other languages have none", () => {
  const marks = ["'", '"', "`", "/*", "*/", "//", "#", "\\", "\n", "<", "-->", "r#", "$", "{", "}", " ", "word", "Word", "12", "--", ":", "𝄞"];
  let state = 11;
  const draw = (below: number) => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) % below;
  for (const language of ["js", "json", "html", "css", "py", "rs", "bash", "sql", "yml"]) {
    for (let round = 0; round < 200; round++) {
      const text = Array.from({ length: 40 }, () => marks[draw(marks.length)]).join("");
      let at = 0;
      for (const [from, to] of colour(language, text)) {
        assert.ok(from >= at && to > from && to <= text.length, `${language}: ${JSON.stringify(text)}`);
        at = to;
      }
    }
  }
  for (const language of ["", "brainfuck", "constructor", "__proto__", "toString"]) assert.deepEqual(colour(language, "const a = 1"), []);
});
