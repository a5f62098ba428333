// Stands in for one of Mermaid's ways to lay out diagrams, which is as large as a third of all the others together and has another licence.

export default class {
  layout(): never {
    throw new Error("The layout “elk” is not available here.");
  }
}
