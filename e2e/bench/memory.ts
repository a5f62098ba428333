// What a page holds when all that nobody needs is gone: the heap of its scripts, and the memory of its WebAssembly, which never shrinks.
import type { Page } from "@playwright/test";

declare global {
  interface Window {
    wasmMemories?: WebAssembly.Memory[];
  }
}

/** From the first script on the page takes down which memories WebAssembly has. */
export async function watchMemory(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const memories: WebAssembly.Memory[] = [];
    window.wasmMemories = memories;
    const note = (instance: WebAssembly.Instance) => {
      for (const one of Object.values(instance.exports)) if (one instanceof WebAssembly.Memory && !memories.includes(one)) memories.push(one);
    };
    const { instantiate, instantiateStreaming } = WebAssembly;
    WebAssembly.instantiateStreaming = async (...given) => {
      const made = await instantiateStreaming(...given);
      note(made.instance);
      return made;
    };
    WebAssembly.instantiate = (async (...given: Parameters<typeof instantiate>) => {
      const made = (await instantiate(...given)) as unknown as WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource;
      note("instance" in made ? made.instance : made);
      return made;
    }) as typeof instantiate;
  });
}

/** Megabytes. */
export async function heldMb(page: Page): Promise<{ heap: number; wasm: number }> {
  const devtools = await page.context().newCDPSession(page);
  for (let round = 0; round < 3; round++) await devtools.send("HeapProfiler.collectGarbage");
  const { usedSize } = await devtools.send("Runtime.getHeapUsage");
  await devtools.detach();
  const wasm = await page.evaluate(() => (window.wasmMemories ?? []).reduce((sum, memory) => sum + memory.buffer.byteLength, 0));
  return { heap: usedSize / 1e6, wasm: wasm / 1e6 };
}
