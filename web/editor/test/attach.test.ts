// Files in a text: addresses that are known before anything is sent, names that are safe, and answers read for what they mean.
import assert from "node:assert/strict";
import { test } from "node:test";
import { address, attachmentId, markdown, newId, safeName } from "../src/attach/address.ts";
import { outcome } from "../src/attach/post.ts";

const DOCUMENT = "01890a5d-ac96-774b-bcce-b302099a8057";

test("an id is of version 7, tells its time and is another one each time", () => {
  const ids = Array.from({ length: 1000 }, () => newId(0x0190_0000_0000));
  assert.equal(new Set(ids).size, 1000);
  for (const id of ids) assert.match(id, /^01900000-0000-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.ok(newId(1) < newId(2));
});

test("whatever a file is called, its address ends where it ends, and names the file", () => {
  for (const name of ["a.png", "süß (1) [x].png", "a'b\"c!*.txt", "😀", "../../etc/passwd", "%41", "a?b#c"]) {
    const id = newId();
    const at = address(DOCUMENT, id, name);
    assert.doesNotMatch(at, /[()\s<>?#]/);
    assert.equal(decodeURIComponent(at.slice(at.lastIndexOf("/") + 1)), name);
    assert.equal(attachmentId(`https://example.org${at}`), id);
    assert.equal(at.split("/").length, 8);
  }
  assert.equal(attachmentId(`/documents/${DOCUMENT}`), null);
});

test("an image is shown under its name, everything else is a link, and no name means anything in Markdown", () => {
  assert.equal(markdown("a.png", "image/png", "/x"), "![a](/x)");
  assert.equal(markdown("a.svg", "image/svg+xml", "/x"), "[a.svg](/x)");
  assert.equal(markdown("a](b)*_`<!", "", "/x"), "[a\\](b)\\*\\_\\`\\<\\!](/x)");
});

test("a name keeps its end, is on one line and is never empty", () => {
  assert.equal(safeName(" a\nb\u202e.png ", "file"), "a b .png");
  assert.equal(safeName("\n", "file"), "file");
  assert.equal([...safeName(`${"😀".repeat(300)}.png`, "file")].length, 255);
  assert.ok(safeName(`${"x".repeat(300)}.png`, "file").endsWith(".png"));
});

test("what may be over the next time is tried again, and what the server does not take is told in its words", () => {
  for (const status of [0, 401, 429, 500, 502, 503, 504, 507]) assert.equal(outcome(status, "").kind, "later");
  assert.equal(outcome(201, "{}").kind, "stored");
  const refused = outcome(413, JSON.stringify({ error: { code: "body_too_large", message: "That is too large." } }));
  assert.deepEqual(refused, { kind: "refused", problem: "That is too large.", isMissing: false });
  assert.deepEqual(outcome(404, "<html>"), { kind: "refused", problem: "404", isMissing: true });
});
