### Words in text that is read: messages, and the page of a document. One message a line, with values and without choices.

task-done = Done
task-open = Not done
code = Code
table = Table
note = Note
tip = Tip
important = Important
warning = Warning
caution = Caution
footnotes = Footnotes
back = Back to the text
heading-link = Link to this section
empty = Nothing is written here yet.
