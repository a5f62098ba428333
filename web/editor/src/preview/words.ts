// The sentences of what is drawn in the text.

import catalogue from "../../../locale/editor.en.ftl";
import { sentences } from "../words.ts";

export const say = sentences(catalogue);
