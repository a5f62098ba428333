// The sentences about others in the text.

import catalogue from "../../../locale/others.en.ftl";
import { sentences } from "../words.ts";

export const say = sentences(catalogue);

/** Several names as one reads them. */
export function joined(names: readonly string[]): string {
  return new Intl.ListFormat(globalThis.document?.documentElement.lang || "en", { type: "conjunction" }).format(names);
}
