// Files and folders that are dropped on a list of documents come into its room.

/** Opens what takes them in. */
type Open = (room: string, name: string, dropped: readonly (FileSystemEntry | File | null)[]) => void;

/** Takes what is dropped on elements that name a room as `data-import`. */
export function takeDrops(open: Open): void {
  let over: HTMLElement | undefined;
  const hold = (event: DragEvent): void => {
    const isFiles = event.dataTransfer?.types.includes("Files") === true;
    const place = isFiles && event.target instanceof Element ? event.target.closest<HTMLElement>("[data-import]") : null;
    if (place !== over) delete over?.dataset["files"];
    over = place ?? undefined;
    if (over === undefined) return;
    over.dataset["files"] = "";
    event.preventDefault();
  };
  const leave = (event: DragEvent): void => {
    // Out of the window.
    if (event.relatedTarget !== null) return;
    delete over?.dataset["files"];
    over = undefined;
  };
  window.addEventListener("dragover", hold);
  window.addEventListener("dragleave", leave);
  window.addEventListener("drop", (event) => {
    hold(event);
    const { import: room, name } = over?.dataset ?? {};
    delete over?.dataset["files"];
    over = undefined;
    // Read now: after the event there is nothing in it.
    if (room !== undefined) open(room, name ?? "", [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry() ?? item.getAsFile()));
  });
}
