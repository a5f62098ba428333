### Every word of what one writes with: the bar of formats, its menus, and what opens while one types. One message a line, with values and without choices.

## The bar

toolbar = Formatting
more = More
undo = Undo
redo = Redo
heading = Heading
heading1 = Heading 1
heading2 = Heading 2
heading3 = Heading 3
bold = Bold
italic = Italic
strike = Strikethrough
code = Code
bullets = Bulleted list
numbers = Numbered list
task = Task
quote = Quotation
link = Link
image = Picture by its address
file = Picture or file
table = Table
codeblock = Block of code
formula = Formula
diagram = Diagram
rule = Divider
find = Find and replace
hide = Hide this bar

## How long the text is

words-one = { $count } word
words = { $count } words
characters-one = { $count } character
characters = { $count } characters
count-of = { $part } / { $whole }

## Finding and replacing. A lone dollar sign stands for a number

find-words = Find
replace-by = Replace with
find-next = Next
find-previous = Previous
find-case = Match case
find-pattern = Regular expression
find-whole = Whole words
find-at = { $place } of { $count }
find-one = { $count } result
find-many = { $count } results
find-more = { $count }+
find-none = No results
find-invalid = Not a valid pattern: { $reason }
replace-one = Replace
replace-all = Replace all
close = Close
find-current = current match
replaced-one = replaced match on line $
replaced-all = replaced $ matches
find-line = on line
line = Go to line
line-go = Go
suggestions = Suggestions
selection-deleted = Selection deleted

## The outline

outline = Outline
outline-none = No headings yet.
outline-unnamed = Heading without words
outline-people = Here: { $names }

## Folding

fold = Fold
fold-here = Fold this section
folded = folded text
unfold = Unfold
lines-folded = Folded lines
lines-unfolded = Unfolded lines
lines-to = to
