// Emoji by their names, from two letters after a colon.

import type { Completion, CompletionContext, CompletionResult } from "./library.ts";
import { nodeAround, opaqueAround, UNMARKED } from "../format/syntax.ts";
import { EMOJI } from "./emoji-names.ts";

export function emojiSource(context: CompletionContext): CompletionResult | null {
  const found = context.matchBefore(/(?<![\p{L}\p{N}:/]):[\p{L}+-][\p{L}\d_+-]+/u);
  if (found === null || opaqueAround(context.state, context.pos) !== null) return null;
  if (nodeAround(context.state, context.pos, (name) => UNMARKED.test(name)) !== null) return null;
  return { from: found.from, options: emoji, validFor: /^:[\p{L}\d_+-]*$/u };
}

const emoji: readonly Completion[] = EMOJI.split(" ").map((pair) => {
  const at = pair.indexOf("=");
  const [name, sign] = [pair.slice(0, at), pair.slice(at + 1)];
  return { label: `:${name}:`, displayLabel: name.replaceAll("_", " "), detail: sign, apply: sign, type: "emoji" };
});
