### Words about formulas and diagrams. One message a line, with values and without choices.

formula-problem = { $problem }
too-long = This formula is too long to be drawn.
too-large = This formula is too large to be drawn.
too-slow = This formula takes too long to be drawn.
diagram-problem = { $problem }
diagram-slow = This diagram takes too long to be drawn.
diagram-said = Diagram: { $source }
