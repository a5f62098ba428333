// The sentences about pieces of work.

import catalogue from "../../../locale/tray.en.ftl";
import { sentences } from "../words.ts";

export const say = sentences(catalogue);
