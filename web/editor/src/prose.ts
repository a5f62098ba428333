// The program that reads the Markdown of messages (`web/prose`).

import initialize, { read } from "inkling-tab/prose.js";
import program from "inkling-tab/prose_bg.wasm";

/** Fetches the program; before that `read` does not work. */
export async function start(): Promise<void> {
  await initialize({ module_or_path: program });
}

export { read };
