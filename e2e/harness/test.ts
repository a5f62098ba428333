// Playwright's test, with a browser that nobody is in when the next one begins.
import { test as base, expect } from "@playwright/test";
import { failures } from "./person.ts";

/** Closes whatever a test has opened, also where it failed: a tab that is left behind goes on connecting, beside all tests that follow. What the
 * editor has caught meanwhile, the test has not seen, and fails by. */
export const test = base.extend<{ left: void }>({
  left: [
    async ({ browser }, use) => {
      failures.length = 0;
      await use();
      for (const context of browser.contexts()) await context.close();
      expect(failures).toEqual([]);
    },
    { auto: true },
  ],
});
