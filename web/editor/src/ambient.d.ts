// What the build puts beside the sources.

declare module "inkling-tab/web.js" {
  export default function start(options: { module_or_path: string }): Promise<unknown>;
}

declare module "inkling-tab/web_bg.wasm" {
  const address: string;
  export default address;
}

declare module "*.css" {
  const text: string;
  export default text;
}

declare module "*.ftl" {
  const text: string;
  export default text;
}

declare module "inkling-tab/prose.js" {
  export default function initialize(options: { module_or_path: string }): Promise<unknown>;
  export function read(source: string, isDocument: boolean): Uint8Array;
}

declare module "inkling-tab/prose_bg.wasm" {
  const address: string;
  export default address;
}

declare module "inkling-tab/*.part.js" {
  const address: string;
  export default address;
}

declare module "inkling-tab/*.part.html" {
  const address: string;
  export default address;
}

declare module "*.woff2" {
  const address: string;
  export default address;
}
