// The sentences of the people's page.

import catalogue from "../../../locale/people.en.ftl";
import { sentences } from "../words.ts";

export const say = sentences(catalogue);
