// The menus' library, named by its file: by its name the bundle has a stand-in (`no-completion.ts`), since the Markdown language, which every document
// loads, asks for it too, for completing HTML that it never does here.

export * from "../../node_modules/@codemirror/autocomplete/dist/index.js";
