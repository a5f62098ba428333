// The program that sets formulas, in a thread of its own: one question, one answer. Whoever asks gives up on one that takes too long.

import "./paper.ts";
import { type Formula, set } from "./set.ts";

declare const self: MessagePort;

self.addEventListener("message", ({ data }: MessageEvent<Formula>) => self.postMessage(set(data)));
self.postMessage("ready");
