// The names of commands, and what the palette and the list of keys say. What the bar has a word for is called the same.

import catalogue from "../../../locale/commands.en.ftl";
import { say as sayOfBar } from "../toolbar/words.ts";
import { sentences } from "../words.ts";

const sayOwn = sentences(catalogue);

export function say(name: string): string {
  const own = sayOwn(name);
  return own === name ? sayOfBar(name) : own;
}
