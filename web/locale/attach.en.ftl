# Files in documents. One line a message.
files = Files that are not on the server
file-waiting = Waits to be sent
file-sending = Sending { $name }
file-cancel = Remove
file-cancel-of = Do not send { $name }
file-again = Try again
file-again-of = Send { $name } again
file-save = Download
file-save-of = Download { $name }
file-refused = { $name } was not stored: { $problem }
file-gone = { $name } is done
file-unnamed = file
