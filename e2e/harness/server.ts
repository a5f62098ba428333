// The release binary with a data directory of its own, started, killed and started again as a test pleases.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const binary = process.env["INKLING_BINARY"] ?? resolve(import.meta.dirname, "../../target/release/inkling");

/** One of the subcommands, to its end. */
async function run(...options: string[]): Promise<void> {
  await promisify(execFile)(binary, options);
}

export class Server {
  #child: ChildProcess | undefined;
  #log: string[] = [];
  #port = 0;

  private constructor(
    readonly dataDir: string,
    readonly options: readonly string[],
  ) {}

  static async start(...options: string[]): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), "inkling-e2e-")), options);
    await server.boot();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** What the server logged so far, for the report of a failed test. */
  get log(): string {
    return this.#log.join("\n");
  }

  /** Starts the binary; the second time on the port it had before, so that open tabs find it again. */
  async boot(): Promise<void> {
    const child = spawn(binary, ["serve", "--listen", `127.0.0.1:${this.#port}`, "--data-dir", this.dataDir, ...this.options], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    createInterface({ input: child.stderr! }).on("line", (line) => this.#log.push(line));
    const lines = createInterface({ input: child.stdout! });
    const ready = new Promise<number>((resolvePort, reject) => {
      lines.on("line", (line) => {
        this.#log.push(line);
        const found = /Inkling is ready at http:\/\/[^:]+:(\d+)/.exec(line);
        if (found) resolvePort(Number(found[1]));
      });
      child.once("exit", (code, signal) => reject(new Error(`the server ended (${code ?? signal})\n${this.log}`)));
      child.once("error", reject);
    });
    const port = await ready;
    // With another public address than its own, that is the one it tells.
    if (this.#port === 0) this.#port = port;
  }

  /** The same server, started with more options. */
  async bootWith(...options: string[]): Promise<Server> {
    await this.stop();
    const server = new Server(this.dataDir, [...this.options, ...options]);
    server.#port = this.#port;
    await server.boot();
    return server;
  }

  /** What a killed server's disk holds: read by a server of its own on another port, which no open tab knows. */
  async storedText(path: string, cookie: string): Promise<string> {
    const reader = new Server(this.dataDir, this.options);
    await reader.boot();
    try {
      const response = await fetch(reader.url + path, { headers: { cookie } });
      if (!response.ok) throw new Error(`GET ${path}: ${response.status}`);
      return await response.text();
    } finally {
      await reader.stop();
    }
  }

  /** Everything that is stored now, in one file outside the data directory. */
  async backUp(): Promise<string> {
    const file = join(await mkdtemp(join(tmpdir(), "inkling-backup-")), "a.backup");
    await run("backup", file, "--data-dir", this.dataDir);
    return file;
  }

  /** The server is put back to a backup, which goes with it. */
  async putBack(file: string): Promise<void> {
    await this.stop();
    await rm(this.dataDir, { recursive: true });
    await run("restore", file, "--data-dir", this.dataDir);
    await rm(dirname(file), { recursive: true });
    await this.boot();
  }

  /** The power cut. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  async dispose(): Promise<void> {
    await this.kill();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }
}
