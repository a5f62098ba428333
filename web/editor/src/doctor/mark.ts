// The marks of outcomes.

import { icon } from "../dom.ts";
import type { Outcome } from "./finding.ts";

/** Outlines from Lucide, as in `web/src/view/icon/lucide.rs`: `circle-check`, `circle-alert`, `circle-x`, and a circle that waits. */
const OUTLINES: Record<Outcome | "pending", string> = {
  passed: "M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0M16 9l-5.5 5.5L8 12",
  warning: "M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0M12 8L12 12M12 16L12.01 16",
  failed: "M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0M15 9l-6 6M9 9l6 6",
  pending: "M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0",
};

/** The mark of an outcome; words stand beside it. */
export function mark(outcome: Outcome | "pending"): SVGElement {
  return icon(OUTLINES[outcome], 20);
}
