// What the build puts beside the sources.

declare module "inkling-tab/web.js" {
  export default function start(options: { module_or_path: string }): Promise<unknown>;
}

declare module "inkling-tab/web_bg.wasm" {
  const address: string;
  export default address;
}
