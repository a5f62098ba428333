import assert from "node:assert/strict";
import { test } from "node:test";
import { meant } from "../src/linked.ts";

/** `vault/`, with notes in it and in `vault/Sub/`; each a title, the number of the one above, counted from one on, and what it was called before. */
const VAULT: readonly (readonly [string, number, ...string[]])[] = [
  ["vault", 0],
  ["Home", 1],
  ["Sub", 1, "Below", "Under"],
  ["Deep note", 3],
  ["Home", 3],
  ["Node.js", 1, "Node", "Sub/Home"],
  ["a/b", 0],
];

function check(from: number, address: string, expected: number | undefined): void {
  const told = VAULT.flatMap(([title, above, ...former], at) => [String(at + 1), above === 0 ? "" : String(above), title, former.join("\n")]);
  assert.equal(meant(told, String(from), address), expected?.toString(), `${address} from ${from}`);
}

test("a path leads from the folder of the text, and from the top of the room", () => {
  check(2, "Sub/Deep%20note.md", 4);
  check(4, "Home.md", 5);
  check(4, "../Home.md", 2);
  check(4, "./Deep note.MD", 4);
  check(7, "vault/Sub/Home.md", 5);
  check(2, "../../../Home.md", undefined);
});

test("a name is found anywhere, the nearest one first", () => {
  check(2, "Deep%20note.md", 4);
  check(6, "Sub/Home", 5);
  check(7, "Home.md", 2);
  check(7, "Node.js.md", 6);
  check(2, "a/b", 7);
  for (const address of ["eep%20note.md", ".md", "", "%zz", "..", "Sub/"]) check(2, address, undefined);
});

test("letters may be large or small when none are exactly like that", () => {
  check(2, "sub/deep%20note.md", 4);
  check(4, "home", 5);
});

test("a name of before leads to what has another one now, unless something has that name", () => {
  check(2, "Node.md", 6);
  check(2, "node", 6);
  check(7, "vault/Under/Deep note.md", 4);
  check(2, "Below/Home", 5);
  check(2, "Under", 3);
  check(7, "Sub/Home", 5);
});

test("a ring of parents ends", () => {
  assert.equal(meant(["1", "2", "a", "", "2", "1", "b", ""], "1", "b"), "2");
});
