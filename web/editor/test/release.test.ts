import assert from "node:assert/strict";
import { mock, test } from "node:test";

/** A tab whose browser answers so when it is asked to look for a newer release. */
async function tab(update: () => Promise<void>): Promise<{ take: () => Promise<void>; loads: () => number }> {
  let loads = 0;
  const put = (name: string, value: unknown) => Object.defineProperty(globalThis, name, { value, configurable: true });
  put("document", { documentElement: { dataset: { release: "this" } } });
  put("location", { reload: () => (loads += 1) });
  put("navigator", { serviceWorker: { getRegistration: async () => ({ update, waiting: null, installing: null }) } });
  const { takeRelease } = await import("../src/release.ts");
  return { take: takeRelease, loads: () => loads };
}

test("whoever asks for the newer release gets a page when the browser has looked for it, or could not", async () => {
  for (const update of [async () => {}, async () => Promise.reject(new TypeError("no network"))]) {
    const { take, loads } = await tab(update);
    await take();
    assert.equal(loads(), 1);
  }
});

test("whoever asks for the newer release gets a page when the browser does not answer", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { take, loads } = await tab(() => new Promise(() => {}));
  const taken = take();
  // Until it has begun to wait.
  await new Promise((turn) => setImmediate(turn));
  assert.equal(loads(), 0);
  mock.timers.tick(5_000);
  await taken;
  assert.equal(loads(), 1);
  mock.timers.reset();
});
