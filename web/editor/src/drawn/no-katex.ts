// Stands in for KaTeX within the program that draws diagrams: labels are text.

export default {
  renderToString(): never {
    throw new Error("Formulas in diagrams are not available here.");
  },
};
