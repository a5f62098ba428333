// The doctor's sentences, from a catalogue of its own: they are many, and nobody else has to load them.

import catalogue from "../../../locale/doctor.en.ftl";
import { sentences } from "../words.ts";

export const say = sentences(catalogue);
