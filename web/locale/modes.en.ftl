### Every word of the ways of writing that not everybody wants. One message a line, without values.

vim-normal = Normal
vim-insert = Insert
vim-replace = Replace
vim-visual = Visual
vim-visual-line = Visual, lines
vim-visual-block = Visual, block
vim-write = Everything is saved by itself, as soon as it is typed.
vim-leave = Vim’s keys: i writes. Esc, then Tab leaves the text.
vim-off = Turn off
