// Playwright's test, with a browser that nobody is in when the next one begins.
import { test as base } from "@playwright/test";

/** Closes whatever a test has opened, also where it failed: a tab that is left behind goes on connecting, beside all tests that follow. */
export const test = base.extend<{ left: void }>({
  left: [
    async ({ browser }, use) => {
      await use();
      for (const context of browser.contexts()) await context.close();
    },
    { auto: true },
  ],
});
