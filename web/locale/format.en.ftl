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
rule = Divider
find = Find and replace
hide = Hide this bar
