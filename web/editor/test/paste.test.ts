import assert from "node:assert/strict";
import { test } from "node:test";
import { fitted } from "../src/paste/fitted.ts";
import { written } from "../src/paste/html.ts";
import type { Source } from "../src/paste/source.ts";
import { show, stateOf } from "./marked.ts";

type Attributes = Record<string, string>;

/** An element as a parser makes it. */
function h(name: string, attributes: Attributes | string | Source, ...rest: (string | Source)[]): Source {
  const has = typeof attributes === "object" && !("nodeType" in attributes);
  const inner = has ? rest : [attributes as string | Source, ...rest];
  const childNodes = inner.map((child): Source => (typeof child === "string" ? { nodeType: 3, nodeName: "#text", nodeValue: child, childNodes: [] } : child));
  const found = has ? (attributes as Attributes) : {};
  return { nodeType: 1, nodeName: name.toUpperCase(), nodeValue: null, childNodes, getAttribute: (key) => found[key] ?? null };
}

function check(html: (string | Source)[], markdown: string | null): void {
  assert.equal(written(h("body", {}, ...html)), markdown);
}

test("headings, paragraphs, quotations, rules and code are blocks", () => {
  check(
    [h("h2", h("b", "Minutes")), "\n", h("p", "One ", h("strong", "two"), " three."), h("hr", {}), h("blockquote", h("p", "a"), h("p", "b")), h("pre", h("code", { class: "language-js" }, "let a;\nlet b;\n"))],
    "## Minutes\n\nOne **two** three.\n\n---\n\n> a\n>\n> b\n\n```js\nlet a;\nlet b;\n```",
  );
});

test("marks stand around words and not around blanks, and once around what several elements mark", () => {
  check([h("p", "a", h("b", " bold "), "and ", h("i", {}, h("b", "both"), " one"))], "a **bold** and ***both** one*");
  check([h("p", h("b", "one"), h("b", " two"))], "**one two**");
  check([h("p", h("s", "gone"), " ", h("code", "a`b"), " ", h("a", { href: "https://example.org/a b" }, "there"))], "~~gone~~ ``a`b`` [there](<https://example.org/a%20b>)");
});

test("lists are nested as they are, numbered as they begin, and ticked as they were", () => {
  check(
    [h("ul", h("li", "a", h("ul", h("li", "b"), h("li", "c"))), h("li", h("p", "d"), h("p", "e")))],
    "- a\n  - b\n  - c\n- d\n\n  e",
  );
  check([h("ol", { start: "3" }, h("li", "a"), h("ul", h("li", "b")), h("li", "c"))], "3. a\n   - b\n4. c");
  check([h("ul", h("li", h("input", { type: "checkbox", checked: "" }), " done"), h("li", { role: "checkbox", "aria-checked": "false" }, "open"))], "- [x] done\n- [ ] open");
});

test("tables have a row of rules, and one of a single cell is no table", () => {
  check(
    [h("table", h("tbody", h("tr", h("td", "a|b"), h("td", { style: "text-align: right" }, "c")), h("tr", h("td", h("p", "d"), h("p", "e")))))],
    "| a\\|b | c |\n| --- | --: |\n| d e |  |",
  );
  check([h("table", h("tr", h("td", h("p", "one"), h("p", "two"))))], "one\n\ntwo");
});

test("what Google Docs copies is what was written there", () => {
  const span = (style: string, text: string) => h("span", { style }, text);
  check(
    [
      h(
        "b",
        { style: "font-weight:normal;", id: "docs-internal-guid-1" },
        h("p", { dir: "ltr" }, span("font-weight:400;font-style:normal", "plain "), span("font-weight:700", "bold"), span("font-style:italic;font-weight:400", " slanted")),
        h("br", {}),
        h("ul", h("li", { dir: "ltr" }, h("p", span("font-weight:400", "item"))), h("ul", h("li", h("p", span("font-weight:400", "inner"))))),
        h("p", h("a", { href: "https://www.google.com/url?q=https%3A%2F%2Fexample.org%2F&sa=D" }, span("text-decoration:underline", "there"))),
      ),
    ],
    "plain **bold** *slanted*\n\n- item\n  - inner\n\n[there](https://example.org/)",
  );
});

test("what Word copies has its items as items, and none of its own elements", () => {
  const item = (level: number, mark: string, text: string) =>
    h("p", { class: "MsoListParagraph", style: `mso-list:l0 level${level} lfo1` }, h("span", { style: "mso-list:Ignore" }, mark, h("span", "\u00a0\u00a0 ")), text, h("o:p", {}));
  check([h("p", { class: "MsoTitle" }, "Report", h("o:p", {})), item(1, "·", "one"), "\n", item(2, "o", "two"), item(1, "1.", "three"), h("p", "after\u00a0all")], "# Report\n\n- one\n   - two\n1. three\n\nafter all");
});

test("words that would be marks stay words", () => {
  check([h("p", "2 * 3 [a] snake_case _x_ <b> C:\\dir")], "2 \\* 3 \\[a] snake_case \\_x\\_ \\<b> C:\\dir");
  check([h("p", "# no heading"), h("p", "1. no item"), h("p", "- none")], "\\# no heading\n\n1\\. no item\n\n\\- none");
});

test("nothing that runs comes in, and no address that is none", () => {
  check([h("script", "alert(1)"), h("style", "p{}"), h("p", h("a", { href: "javascript:alert(1)" }, "there"), h("img", { src: "data:image/png;base64,xx", alt: "pic" }))], "therepic");
  check([h("img", { src: "https://example.org/a.png", alt: "a cat" })], "![a cat](https://example.org/a.png)");
  check([h("script", "alert(1)")], null);
});

test("a break is a break, and two are a new paragraph", () => {
  check([h("p", "a", h("br", {}), "b"), h("div", "c", h("br", {}), h("br", {}), "d")], "a\\\nb\n\nc\n\nd");
});

function checkFitted(before: string, text: string, after: string): void {
  const state = stateOf(before);
  const splice = fitted(state, state.selection.main, text);
  assert.equal(show(state.update({ changes: splice, selection: { anchor: splice.from + splice.insert.length } }).state), after);
}

test("words go into their line, and blocks stand on lines of their own", () => {
  checkFitted("a ¦ b", "**c**", "a **c**¦ b");
  checkFitted("a¦", "- b\n- c", "a\n\n- b\n- c¦");
  checkFitted("¦", "# b\n\nc", "# b\n\nc¦");
  checkFitted("a ¦b", "- c", "a \n\n- c\n\n¦b");
});

test("blocks stay within the quotation and the item that they are put into", () => {
  checkFitted("> a¦", "- b\n- c", "> a\n>\n> - b\n> - c¦");
  checkFitted("- a¦", "b\n\nc", "- a\n\n  b\n\n  c¦");
  checkFitted("- ¦", "b\n\nc", "- b\n\n  c¦");
  checkFitted("- a\n- ¦", "- b\n- c", "- a\n- b\n- c¦");
});
