import assert from "node:assert/strict";
import { test } from "node:test";
import { failed, passed } from "../src/doctor/finding.ts";
import { say } from "../src/doctor/words.ts";

test("a finding belongs to the check that its sentence begins with", () => {
  assert.equal(passed("socket-works", { ms: "3" }).check, "socket");
  assert.deepEqual(failed("body-refused", {}, { proxy: "body" }).mends, [{ proxy: "body" }]);
});

test("values stand in their places, and what is missing shows its name", () => {
  assert.equal(say("version", { version: "1.2" }), "Inkling 1.2");
  assert.match(say("body-refused", { size: "4 MB" }), /4 MB .* status/);
  assert.equal(say("no-such-sentence"), "no-such-sentence");
});
