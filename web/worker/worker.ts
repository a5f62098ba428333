// Lets the tab start without a network: holds the files of one release, and hands out the page and what the page names from there.
// It holds nothing that is about anybody: the API, sockets and links pass it by.

export {};

declare const self: ServiceWorkerGlobalScope;

/** Filled in by the build: names the release. None in builds for development, which hold nothing. */
declare const RELEASE: string;
/** Filled in by the build: the page's SHA-256, in hexadecimal. */
declare const PAGE_HASH: string;
/** Filled in by the build: the paths of all other files, but for those that are kept once somebody has needed them. */
declare const FILES: readonly string[];
/** Filled in by the build: the paths of those. */
declare const LATER: readonly string[];

/** Each release has a cache of this name; a tab of the release holds a lock of the same name (`web/editor/src/release.ts`). */
const PREFIX = "inkling-release-";
const OWN = PREFIX + RELEASE;

const PAGE = "/";

/** First segments of paths that are no pages. As in `server/src/http/assets.rs`, with the routes of the server's other parts. */
const NOT_PAGES = ["api", "assets", "healthz", "link", "metrics", "readyz", "ws", "yjs"];

self.addEventListener("install", (event) => event.waitUntil(RELEASE === "" ? self.skipWaiting() : fill()));

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim().then(tidy)));

self.addEventListener("message", (event) => {
  if (event.data === "take-over") event.waitUntil(self.skipWaiting());
  if (event.data === "tidy") event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (RELEASE === "" || request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && isPage(pathname)) {
    event.respondWith(page(request));
  } else if (FILES.includes(pathname) || pathname.startsWith("/assets/")) {
    event.respondWith(file(request, pathname));
  }
});

/** All files or none: a release that is not whole is not installed, and the browser tries again later. */
async function fill(): Promise<void> {
  try {
    const cache = await caches.open(OWN);
    await cache.addAll(FILES);
    const answer = await fetch(PAGE, { cache: "no-cache" });
    // The server may have become another release since it sent this script.
    if (!answer.ok || (await hash(answer.clone())) !== PAGE_HASH) throw new Error("the page is another release's");
    await cache.put(PAGE, answer);
    await takeAlong(cache);
  } catch (error) {
    await caches.delete(OWN);
    throw error;
  }
}

/** Whoever needed a file in the release before needs it in this one, also without a network. */
async function takeAlong(cache: Cache): Promise<void> {
  for (const path of LATER) {
    const held = await caches.match(path, { ignoreVary: true });
    if (held !== undefined) await cache.put(path, held);
  }
}

async function page(request: Request): Promise<Response> {
  const cache = await caches.open(OWN);
  return (await cache.match(PAGE, { ignoreVary: true })) ?? fetch(request);
}

/** Files of another release are there for as long as a tab of it is. */
async function file(request: Request, path: string): Promise<Response> {
  const own = await caches.open(OWN);
  const held = (await own.match(path, { ignoreVary: true })) ?? (await caches.match(path, { ignoreVary: true }));
  if (held !== undefined) return held;
  const answer = await fetch(request);
  if (answer.ok && LATER.includes(path)) await own.put(path, answer.clone());
  return answer;
}

/** Removes releases that no tab shows any more. The one that waits to take over stays, and with it, for that long, all others. */
async function tidy(): Promise<void> {
  const names = await caches.keys();
  const { held = [] } = await self.navigator.locks.query();
  const { installing, waiting } = self.registration;
  if (installing !== null || waiting !== null) return;
  const shown = new Set(held.map((lock) => lock.name));
  for (const name of names) {
    if (name.startsWith(PREFIX) && name !== OWN && !shown.has(name)) await caches.delete(name);
  }
}

function isPage(path: string): boolean {
  const parts = path.split("/");
  return !NOT_PAGES.includes(parts[1] ?? "") && !parts.at(-1)?.includes(".");
}

async function hash(answer: Response): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await answer.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
