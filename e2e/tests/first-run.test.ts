import { expect } from "@playwright/test";
import { Person } from "../harness/person.ts";
import { Server } from "../harness/server.ts";
import { test } from "../harness/test.ts";

test("from nothing to two people writing and talking", async ({ browser }) => {
  const server = await Server.start();
  const ada = await Person.arrive(browser, server.url);
  await ada.page.goto("/");
  await expect(ada.page).toHaveURL(/\/welcome$/);
  await ada.page.getByLabel("Username").fill("ada");
  await ada.page.getByLabel("Password").fill("correct horse battery");
  await ada.page.getByRole("button", { name: "Create account and begin" }).click();

  // The first room has a document that teaches by being edited.
  await expect(ada.editor).toContainText("Welcome");
  const documentUrl = ada.page.url();
  await ada.page.getByTestId("room-link").first().click();
  const roomUrl = ada.page.url();
  await ada.page.getByTestId("invite-form").getByRole("button").click();
  const link = await ada.page.getByTestId("copy-value").inputValue();

  const ben = await Person.arrive(browser, server.url);
  await ben.page.goto(link);
  await ben.page.getByLabel("Username").fill("ben");
  await ben.page.getByLabel("Password").fill("a staple of another kind");
  await ben.page.getByRole("button", { name: "Create account and join" }).click();
  await expect(ben.page).toHaveURL(roomUrl);
  await expect(ben.page.getByTestId("member")).toHaveCount(2);

  await Promise.all([ada.page.goto(documentUrl), ben.page.goto(documentUrl)]);
  await Promise.all([ada.opened(), ben.opened()]);
  await ben.toStart();
  await ben.type("Hello from ben. ");
  await expect(ada.editor).toContainText("Hello from ben.");

  // Talk, both ways.
  await ada.page.getByTestId("composer").fill("Shall we **begin**?");
  await ada.page.getByTestId("composer").press("Enter");
  const heard = ben.page.getByTestId("message").filter({ hasText: "Shall we begin?" });
  await expect(heard.locator("strong")).toHaveText("begin");
  await ben.page.getByTestId("composer").fill("Yes: <img src=x onerror=alert(1)>");
  await ben.page.getByTestId("composer").press("Enter");
  await expect(ada.page.getByTestId("message").filter({ hasText: "<img src=x onerror=alert(1)>" })).toBeVisible();

  // Signed in is signed in: a reload asks for nothing.
  await ada.page.reload();
  await expect(ada.editor).toContainText("Hello from ben.");
  await server.dispose();
});

test("a wrong password is told beside the form, and the right one goes where one wanted to go", async ({ browser }) => {
  const server = await Server.start();
  const ada = await Person.arrive(browser, server.url);
  await ada.page.goto("/");
  await ada.page.getByLabel("Username").fill("ada");
  await ada.page.getByLabel("Password").fill("correct horse battery");
  await ada.page.getByRole("button", { name: "Create account and begin" }).click();
  await expect(ada.editor).toBeVisible();
  const documentUrl = ada.page.url();
  await ada.leave();

  const again = await Person.arrive(browser, server.url);
  await again.page.goto(documentUrl);
  await again.page.getByLabel("Username").fill("ada");
  await again.page.getByLabel("Password").fill("not the password");
  await again.page.getByRole("button", { name: "Sign in" }).click();
  await expect(again.page.getByTestId("form-error")).toContainText("do not match");
  await again.page.getByLabel("Password").fill("correct horse battery");
  await again.page.getByRole("button", { name: "Sign in" }).click();
  await expect(again.editor).toBeVisible();
  await server.dispose();
});
