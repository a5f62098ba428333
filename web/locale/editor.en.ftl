### Every word that is drawn in the text of a document. One message a line, with values and without choices.

task = Task
copy = Copy
copied = Copied
copy-failed = Could not copy
link-title = { $address } (Ctrl or ⌘ with a click opens it)
callout-note = Note
callout-tip = Tip
callout-important = Important
callout-warning = Warning
callout-caution = Caution
note-to-text = Footnote { $name }: go to its text
note-to-mark = Footnote { $name }: go to where it is mentioned
note-missing = This footnote has no text yet.
