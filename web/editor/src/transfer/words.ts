// The sentences of what takes documents in and out.

import catalogue from "../../../locale/transfer.en.ftl";
import { sentences } from "../words.ts";

export const say = sentences(catalogue);
