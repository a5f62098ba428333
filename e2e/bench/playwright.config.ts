import base from "../playwright.config.ts";

const launch = base.use?.launchOptions;

export default {
  ...base,
  testDir: ".",
  testMatch: "*.bench.ts",
  outputDir: "../test-results",
  reporter: "list",
  timeout: 900_000,
  use: {
    ...base.use,
    trace: "off",
    // Frames as fast as they can be made, so that a figure is work and not waiting for the next refresh.
    launchOptions: { ...launch, args: [...(launch?.args ?? []), "--disable-frame-rate-limit", "--disable-gpu-vsync"] },
  },
};
