### The names of commands, and every word of the palette and of the list of keys. One message a line, without values.
### What the bar of formats has a word for is in its own catalogue.

palette = Go to or do
palette-placeholder = Room, document or command
palette-none = Nothing by that name.
palette-room = Room
shortcuts = Keyboard shortcuts

## Parts of the list of keys

part-everywhere = Everywhere
part-view = How a document is shown
part-editing = While writing
part-formats = Formatting
part-document = The document as a whole
part-tree = On a document in the list
part-talk = In a message

## Everywhere

home = All rooms
new-document = New document
new-room = New room
toggle-talk = Show or hide the conversation
tray = Rescued work
settings = Settings
sign-out = Sign out

## How a document is shown

turn-face = Show or hide the marks of the text
face-write = Write: marks are seen where the caret is
face-source = Source: all marks are seen
face-read = Read: the text as a page
face-plain = Plain: a simple field, for screen readers
theme-system = Use the system's theme
theme-light = Use the light theme
theme-dark = Use the dark theme
text-face-standard = Text in the standard face
text-face-sans = Text in a sans-serif face
text-face-serif = Text in a serif face
text-face-mono = Text in a monospaced face
width-narrow = Narrow lines
width-normal = Lines of normal width
width-wide = Wide lines
width-full = Lines as wide as the page
text-smaller = Smaller text
text-larger = Larger text
text-size-normal = Text of normal size
focus = Focus on the paragraph, or on everything again
focus-sentence = Focus on the sentence
typewriter = Typewriter: the line that is written stays at one height, or moves again
keys-vim = Write with Vim’s keys
keys-standard = Write with the usual keys

## While writing

find-next = Next that is found
find-previous = Previous that is found
outline = Outline of this document
next-person = To the next person in the text
link-here = The link at the caret: open, edit or copy it
unfold-here = Unfold this section
fold-all = Fold all sections
unfold-all = Unfold all sections
move-block-up = Move the item or block up
move-block-down = Move the item or block down
copy-line-up = Copy the line, above
copy-line-down = Copy the line, below
delete-line = Delete the line
bar = To the formatting bar
toggle-bar = Show or hide the formatting bar
export-markdown = Download as Markdown
export-html = Download as a web page
print = Print

## Keys that are no commands

key-escape = Close what is open
key-blocks = Blocks, at the start of a line
key-people = Mention somebody
key-documents = Link a document of the room
key-emoji = Emoji
key-indent = Put an item further in, or a line
key-leave-text = Leave the text, to what comes after it
key-tree-up = Move up
key-tree-down = Move down
key-tree-in = Move under the one above
key-tree-out = Move out one level
key-tree-hide = Hide what is under it
key-tree-show = Show what is under it
key-send = Send
key-newline = New line
