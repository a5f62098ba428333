### Every word about others in the text of a document. One message a line, with values and without choices.

above = Above: { $names }. Go to { $name }
below = Below: { $names }. Go to { $name }
more = +{ $count }
following = Following { $name }
following-away = Following { $name }, who is not in the text
follow-stop = Stop
follow-stop-key = Stop following { $name } (Esc)
follow-ended = You no longer follow { $name }.
edited-here = { $names } edited the paragraph you are in.
edited-here-unknown = Somebody edited the paragraph you are in.
