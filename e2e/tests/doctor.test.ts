// The doctor behind proxies of all kinds: it names what they do, and shows the lines that mend it.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator } from "@playwright/test";
import { Api } from "../harness/api.ts";
import { Person } from "../harness/person.ts";
import { Proxy } from "../harness/proxy.ts";
import { Server } from "../harness/server.ts";
import { test } from "../harness/test.ts";

test.describe("the doctor", () => {
  let proxy: Proxy;
  let server: Server;
  let ada: Person;
  test.beforeEach(async ({ browser }) => {
    proxy = await Proxy.start();
    proxy.tells = "everything";
    server = await (await Server.start("--registration", "open")).bootWith("--public-url", proxy.url, "--trusted-proxy", "127.0.0.1");
    proxy.leadTo(server.url);
    ada = await Person.arrive(browser, proxy.url, await Api.register(proxy.url, "ada"));
  });
  test.afterEach(async ({}, info) => {
    if (info.status !== info.expectedStatus) console.log(server.log.split("\n").slice(-30).join("\n"), proxy.seen.slice(-40).join("\n"));
    await ada.leave();
    await proxy.close();
    await server.dispose();
  });

  const check = (name: string): Locator => ada.page.locator(`[data-check=${name}]`);
  const outcome = (name: string, wanted: string) => expect(check(name)).toHaveAttribute("data-outcome", wanted);
  const ended = () => expect(ada.page.locator(".doctor-summary[data-state]")).toBeVisible({ timeout: 30_000 });

  test("finds nothing behind a proxy that does all it should, by the account menu", async () => {
    await ada.page.goto("/");
    await ada.page.getByTestId("account-menu").click();
    await ada.page.getByRole("button", { name: "Doctor" }).click();
    await expect(ada.page).toHaveURL(/\/admin\/doctor$/);
    await ended();
    await expect(ada.page.getByRole("status").filter({ hasText: "All is well." })).toBeVisible();
    for (const name of ["address", "https", "cookie", "client", "socket", "events", "poll", "body", "clock", "disk"]) await outcome(name, "passed");
    await expect(check("client")).toContainText("by the trusted proxy 127.0.0.1");
    await expect(ada.page.getByTestId("doctor-lines")).toHaveCount(0);
  });

  test("names the faults of a proxy that blocks, holds back, cuts and tells little, and shows the lines for whichever it is", async () => {
    proxy.sockets = "refuse";
    proxy.events = "buffer";
    proxy.bodyBytesMax = 1 << 20;
    proxy.tells = "origin";
    await ada.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await ada.page.goto("/admin/doctor");
    await ended();
    await outcome("socket", "failed");
    await outcome("events", "failed");
    await outcome("poll", "passed");
    await outcome("body", "failed");
    await outcome("address", "warning");
    await outcome("client", "warning");
    await expect(check("socket")).toContainText("WebSockets do not get through");
    await expect(check("client")).toContainText("does not say for whom it asks");
    await expect(check("client")).toContainText("The lines for “Address” mend this too.");
    await expect(check("socket").getByTestId("doctor-lines")).toContainText("proxy_set_header Upgrade $http_upgrade;");
    await expect(check("body").getByTestId("doctor-lines")).toHaveText("client_max_body_size 257m;");
    await expect(check("socket").getByTestId("doctor-lines")).toContainText(`proxy_pass ${server.url};`);

    await ada.page.getByText("Caddy", { exact: true }).click();
    await expect(check("body").getByTestId("doctor-lines")).toContainText("max_size 257MiB");
    await ada.page.getByText("Traefik", { exact: true }).click();
    await expect(check("body").getByTestId("doctor-lines")).toContainText("maxRequestBodyBytes: 269484032");
    await check("body").getByRole("button", { name: "Copy" }).click();
    await expect(check("body").getByRole("button", { name: "Copied" })).toBeVisible();
    expect(await ada.page.evaluate(() => navigator.clipboard.readText())).toContain("maxRequestBodyBytes: 269484032");

    // Mended, it is well without a reload.
    Object.assign(proxy, { sockets: "pass", events: "pass", tells: "everything", bodyBytesMax: Number.POSITIVE_INFINITY });
    await ada.page.getByTestId("doctor-again").click();
    await expect(ada.page.getByRole("status").filter({ hasText: "All is well." })).toBeVisible({ timeout: 30_000 });
  });

  test("tells events that are held back from those that a compressor holds", async () => {
    proxy.events = "buffer";
    await ada.page.goto("/admin/doctor");
    await ended();
    await expect(check("events")).toContainText("held back on the way");
    await expect(check("events").getByTestId("doctor-lines")).toContainText("proxy_buffering off;");
    await outcome("socket", "passed");
    await outcome("poll", "passed");
    proxy.events = "compress";
    await ada.page.getByTestId("doctor-again").click();
    await expect(check("events")).toContainText("compressed on the way (gzip)", { timeout: 30_000 });
    await expect(check("events").getByTestId("doctor-lines")).toContainText("gzip_types");
  });

  test("says so when the server takes the page for another site's", async () => {
    proxy.tells = "as-direct";
    await ada.page.goto("/admin/doctor");
    await ended();
    await expect(check("body")).toContainText("for another site’s");
    await expect(check("body").getByTestId("doctor-lines")).toHaveText(`--public-url ${proxy.url}`);
    await expect(check("socket")).toHaveCount(0);
  });

  test("is not there for others", async ({ browser }) => {
    const ben = await Person.arrive(browser, proxy.url, await Api.register(proxy.url, "ben"));
    await ben.page.goto("/admin/doctor");
    await expect(ben.page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
    expect(proxy.seen.filter((path) => path.includes("/admin/doctor") && path.includes("/api/"))).toEqual([]);
    await ben.page.goto("/");
    await ben.page.getByTestId("account-menu").click();
    await expect(ben.page.getByRole("button", { name: "Settings" })).toBeVisible();
    await expect(ben.page.getByRole("button", { name: "Doctor" })).toHaveCount(0);
  });

  for (const colorScheme of ["light", "dark"] as const) {
    test(`is accessible and fits 320 px with all faults, ${colorScheme}`, async () => {
      Object.assign(proxy, { sockets: "refuse", events: "buffer", tells: "origin", bodyBytesMax: 1 << 20 });
      await ada.page.emulateMedia({ colorScheme });
      await ada.page.goto("/admin/doctor");
      await ended();
      const { violations } = await new AxeBuilder({ page: ada.page }).analyze();
      expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical")).toEqual([]);
      await ada.page.setViewportSize({ width: 320, height: 640 });
      expect(await ada.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
    });
  }
});
