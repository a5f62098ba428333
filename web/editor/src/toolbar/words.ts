// The sentences of the bar, and of what it opens.

import catalogue from "../../../locale/format.en.ftl";
import { sentences } from "../words.ts";

export const say = sentences(catalogue);
