// CodeMirror alone: nothing hears of what is typed. No editor built on it can be quicker.
import { show } from "./extensions.ts";

const answer = await fetch(`/api/v1/documents/${window.rival.documentId}/content`);
show(await answer.text(), []);
