// Style sheets of the parts that are loaded later: each comes with its part, so that what every page begins with stays small.

/** Filled in by the build. */
declare const SHEETS: Record<"administration" | "commands" | "editor" | "looks", string>;

/** Addresses of the sheets in `style/parts`. One by one, since the build puts in words and not objects, which all scripts would share in a chunk. */
const addresses = { administration: SHEETS.administration, commands: SHEETS.commands, editor: SHEETS.editor, looks: SHEETS.looks };

const loaded = new Map<string, Promise<void>>();

/** Resolves when the sheet applies; a part without its looks is as little use as none, so what fails can be asked for again. */
export function loadSheet(part: keyof typeof addresses): Promise<void> {
  let loading = loaded.get(part);
  if (loading === undefined) {
    loading = append(addresses[part]);
    loaded.set(part, loading);
    loading.catch(() => loaded.delete(part));
  }
  return loading;
}

function append(address: string): Promise<void> {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = address;
  return new Promise((resolve, reject) => {
    link.onload = () => resolve();
    link.onerror = () => {
      link.remove();
      reject(new Error(`loading ${address}`));
    };
    document.head.append(link);
  });
}
