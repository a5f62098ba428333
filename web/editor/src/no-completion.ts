// Stands in for `@codemirror/autocomplete` in the bundle where the Markdown language asks for it: to complete the names of HTML's elements, which is
// switched off. It keeps the menus' library out of what every document loads.

export class CompletionContext {}
