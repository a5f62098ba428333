import { defineConfig } from "@playwright/test";
import { existsSync } from "node:fs";

// Debian's Chromium, or the one the environment names; no browser is ever downloaded.
const chromium =
  process.env["INKLING_CHROMIUM"] ??
  ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"].find(existsSync);

export default defineConfig({
  testDir: ".",
  testMatch: ["tests/**/*.test.ts", "interop/**/*.test.ts"],
  outputDir: "test-results",
  // Each test has a server and several browser contexts of its own; more at once than cores only makes them wait.
  workers: 1,
  forbidOnly: true,
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [["list"], ["json", { outputFile: "test-results/report.json" }]],
  use: {
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      ...(chromium === undefined ? {} : { executablePath: chromium }),
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
    },
  },
});
