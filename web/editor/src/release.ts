// Which release this page is, the worker that holds its files (`web/worker`), and the way to a newer one.

/** Caches and locks of a release begin so. */
const PREFIX = "inkling-release-";

/** None in builds for development. */
const release = document.documentElement.dataset["release"] ?? "";

/** For how long the browser may look for a newer release before the page is loaded without it, in milliseconds. */
const PATIENCE = 5_000;

/** Asks the server whether it has another release; what that is depends on what this browser may hold. */
let ask: () => void = () => {};

/** Has this browser hold the release, so that it starts without a network. Calls `found` when the server has another one. */
export async function watchRelease(found: () => void): Promise<void> {
  // Held for as long as the page is: until then the files of its release stay.
  navigator.locks?.request(PREFIX + release, { mode: "shared" }, () => new Promise(() => {})).catch(console.warn);
  // What the first screen needs comes first.
  if (document.readyState !== "complete") await new Promise((loaded) => addEventListener("load", loaded, { once: true }));
  const registration = await register();
  if (release === "") return;
  if (registration === undefined) {
    ask = () => void differs().then((other) => other && found());
    return;
  }
  ask = () => void registration.update().catch(() => {});
  const watch = () => {
    const next = registration.installing;
    next?.addEventListener("statechange", () => {
      if (next.state === "installed" && registration.active !== null) found();
    });
  };
  watch();
  registration.addEventListener("updatefound", watch);
  const before = navigator.serviceWorker.controller;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    // Another tab has taken the new release. The first worker that comes is that of this one.
    if (before !== null) found();
  });
  if (registration.waiting !== null) found();
  registration.active?.postMessage("tidy");
}

/** Asks whether there is a newer release: an upgrade restarts the server, so whoever comes back should. */
export function askRelease(): void {
  ask();
}

/** Loads the page again as the newest release that the server has. */
export async function takeRelease(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  // Without an answer there is what has come already. The browser can be at work for a worker that it has just got, and answers after that.
  const late = new Promise((passed) => setTimeout(passed, PATIENCE));
  await Promise.race([registration?.update().catch(() => {}), late]);
  const next = registration?.waiting ?? registration?.installing;
  if (next) await takenOver(next);
  location.reload();
}

/** Ends when the worker has taken over, or never will. */
function takenOver(worker: ServiceWorker): Promise<void> {
  return new Promise((ended) => {
    navigator.serviceWorker.addEventListener("controllerchange", () => ended(), { once: true });
    const step = () => {
      if (worker.state === "installed") worker.postMessage("take-over");
      if (worker.state === "redundant") ended();
    };
    worker.addEventListener("statechange", step);
    step();
  });
}

/** None where no worker may be: over plain HTTP, or when the browser or the person forbids it. */
async function register(): Promise<ServiceWorkerRegistration | undefined> {
  try {
    return await navigator.serviceWorker?.register("/worker.js", { updateViaCache: "none" });
  } catch (error) {
    console.warn("this browser does not start without a network:", error);
    return undefined;
  }
}

/** Whether the server's page is that of another release. */
async function differs(): Promise<boolean> {
  try {
    const answer = await fetch("/", { cache: "no-cache" });
    return answer.ok && !(await answer.text()).includes(`data-release="${release}"`);
  } catch {
    return false;
  }
}
