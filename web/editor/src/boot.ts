// Starts the tab's program. When that is not possible the page says so and offers to reload.

import start from "inkling-tab/web.js";
import program from "inkling-tab/web_bg.wasm";

document.getElementById("reload")?.addEventListener("click", () => location.reload());

start({ module_or_path: program }).catch((error: unknown) => {
  console.error(error);
  const crash = document.getElementById("crash");
  // A panic while starting has already put its own words there.
  if (crash === null || !crash.hidden) return;
  for (const line of crash.querySelectorAll<HTMLElement>("[data-crash]")) line.hidden = line.dataset.crash !== "load";
  crash.hidden = false;
});
