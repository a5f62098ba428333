// Replicas as the tab has them, in a process of their own, driven by lines of JSON.

import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

type Task = "undo" | "redo" | "read" | "forget" | { edit: [number, number, string] } | { apply: string[] };

/** All there is to know of a replica. */
export interface Reading {
  text: string;
  clocks: Record<string, number>;
  deleted: Record<string, [number, number][]>;
  state: string;
  waiting: boolean;
}

/** The process. Answers come in the order of the requests. */
export class Native {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting: { resolve: (answer: unknown) => void; reject: (error: Error) => void }[] = [];

  constructor() {
    const root = fileURLToPath(new URL("../..", import.meta.url));
    this.child = spawn("cargo", ["run", "--quiet", "--locked", "--package", "fuzz", "--example", "replica"], { cwd: root });
    this.child.stderr.pipe(process.stderr);
    createInterface(this.child.stdout).on("line", (line) => {
      const answer: unknown = JSON.parse(line);
      const { resolve, reject } = this.waiting.shift()!;
      if (typeof answer === "object" && answer !== null && "error" in answer) reject(new Error(String(answer.error)));
      else resolve(answer);
    });
    this.child.on("exit", (code) => {
      for (const { reject } of this.waiting.splice(0)) reject(new Error(`the replicas' process ended with ${code}`));
    });
  }

  async ask<Answer>(clientId: number, nowMs: number, task: Task): Promise<Answer> {
    const answer = new Promise<unknown>((resolve, reject) => this.waiting.push({ resolve, reject }));
    this.child.stdin.write(`${JSON.stringify({ client_id: clientId, now_ms: nowMs, task })}\n`);
    return (await answer) as Answer;
  }

  end(): void {
    this.child.stdin.end();
  }
}
