// A browser with a profile on the disk: what it keeps is there when it is started again.
import { type BrowserContext, chromium } from "@playwright/test";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Person } from "./person.ts";
import { createRoom, type Room } from "./room.ts";
import { Server } from "./server.ts";
import { test } from "./test.ts";

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

  /** Kills the browser, as a power cut does. */
  async kill(): Promise<void> {
    const context = this.#context;
    if (context === undefined) return;
    const gone = new Promise<void>((closed) => context.once("close", () => closed()));
    process.kill(await this.#pid(), "SIGKILL");
    await gone;
    this.#context = undefined;
  }

  /** Stops the browser with all its processes where they are, as a shut lid does. It answers nothing until it wakes. */
  async sleep(): Promise<void> {
    process.kill(-(await this.#pid()), "SIGSTOP");
  }

  async wake(): Promise<void> {
    process.kill(-(await this.#pid()), "SIGCONT");
  }

  /** Of the browser that has this profile open; those that it starts for itself name their type. */
  async #pid(): Promise<number> {
    const { stdout } = await promisify(execFile)("ps", ["-ww", "-eo", "pid=,args="], { maxBuffer: 16 << 20 });
    const found = stdout.split("\n").find((line) => line.includes(`--user-data-dir=${this.folder}`) && !line.includes("--type="));
    if (found === undefined) throw new Error("the browser is not running");
    return Number.parseInt(found, 10);
  }

  async dispose(): Promise<void> {
    await this.quit();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Starts a server with a room, and makes a profile, before each test of a suite; clears both away afterwards. When a test fails, the end of the server's log is printed. */
export function withProfile(take: (server: Server, room: Room, profile: Profile) => void): void {
  let server: Server;
  let profile: Profile;
  test.beforeEach(async () => {
    server = await Server.start();
    const room = await createRoom(server);
    profile = await Profile.make(server.url);
    take(server, room, profile);
  });
  test.afterEach(async ({}, info) => {
    if (info.status !== info.expectedStatus) console.log(server.log.split("\n").slice(-30).join("\n"));
    await profile.dispose();
    await server.dispose();
  });
}
