// Replicas as the tab has them, driven by lines of JSON: in a process of their own, and in WebAssembly as the tab runs them.

import { type ChildProcessWithoutNullStreams, execFile, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

type Task = "undo" | "redo" | "read" | "forget" | { edit: [number, number, string] } | { apply: string[] };

/** All there is to know of a replica. */
export interface Reading {
  text: string;
  clocks: Record<string, number>;
  deleted: Record<string, [number, number][]>;
  state: string;
  waiting: boolean;
}

/** Whoever keeps replicas, each by the client id that it writes as. */
export abstract class Replicas {
  async ask<Answer>(clientId: number, nowMs: number, task: Task): Promise<Answer> {
    const answer: unknown = JSON.parse(await this.answer(JSON.stringify({ client_id: clientId, now_ms: nowMs, task })));
    if (typeof answer === "object" && answer !== null && "error" in answer) throw new Error(String(answer.error));
    return answer as Answer;
  }

  abstract end(): void;

  protected abstract answer(request: string): Promise<string>;
}

/** Compiled for the machine. Answers come in the order of the requests. */
export class Native extends Replicas {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting: { resolve: (answer: string) => void; reject: (error: Error) => void }[] = [];

  constructor() {
    super();
    this.child = spawn("cargo", ["run", "--quiet", "--locked", "--package", "replica"], { cwd: root });
    this.child.stderr.pipe(process.stderr);
    createInterface(this.child.stdout).on("line", (line) => this.waiting.shift()!.resolve(line));
    this.child.on("exit", (code) => {
      for (const { reject } of this.waiting.splice(0)) reject(new Error(`the replicas' process ended with ${code}`));
    });
  }

  end(): void {
    this.child.stdin.end();
  }

  protected answer(request: string): Promise<string> {
    const answer = new Promise<string>((resolve, reject) => this.waiting.push({ resolve, reject }));
    this.child.stdin.write(`${request}\n`);
    return answer;
  }
}

/** Compiled to WebAssembly as the tab's program is. */
export class Wasm extends Replicas {
  private constructor(private readonly replicas: { ask(request: string): string }) {
    super();
  }

  static async load(): Promise<Wasm> {
    const { stdout } = await promisify(execFile)("cargo", ["xtask", "replica"], { cwd: root, maxBuffer: 16 << 20 });
    const script = stdout.trim().split("\n").at(-1)!;
    const { Replicas } = createRequire(import.meta.url)(script) as { Replicas: new () => { ask(request: string): string } };
    return new Wasm(new Replicas());
  }

  end(): void {
    // It goes with this process.
  }

  protected async answer(request: string): Promise<string> {
    return this.replicas.ask(request);
  }
}
