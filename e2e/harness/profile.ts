// A browser with a profile on the disk: what it keeps is there when it is started again.
import { type BrowserContext, chromium, test } from "@playwright/test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Person } from "./person.ts";

export class Profile {
  #context: BrowserContext | undefined;

  private constructor(
    readonly folder: string,
    readonly base: string,
  ) {}

  /** That nobody has used, for people who go to `base`. */
  static async make(base: string): Promise<Profile> {
    return new Profile(await mkdtemp(join(tmpdir(), "inkling-profile-")), base);
  }

  /** Starts the browser, with one tab. */
  async start(): Promise<Person> {
    const { launchOptions } = test.info().project.use;
    const context = await chromium.launchPersistentContext(this.folder, { ...launchOptions, baseURL: this.base });
    this.#context = context;
    const page = context.pages()[0] ?? (await context.newPage());
    page.on("pageerror", (error) => console.log(`error in a page: ${error.message}`));
    return Person.at(page, { context, base: this.base });
  }

  /** Closes the browser with all its tabs. */
  async quit(): Promise<void> {
    await this.#context?.close();
    this.#context = undefined;
  }

  async dispose(): Promise<void> {
    await this.quit();
    await rm(this.folder, { recursive: true, force: true });
  }
}
