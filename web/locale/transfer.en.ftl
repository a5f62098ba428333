### Taking the documents of a room in and out. One message a line, with values and without choices.

close = Close

export-title = Export “{ $name }”
export-lead = An archive (.zip) with a file of Markdown for each document, in folders as the room has them, and with the files that are in them.
export-links = Addresses of files
export-kept = As they are
export-kept-lead = Every text byte for byte. Pictures that were put in here are named by their address on this server.
export-relative = Relative
export-relative-lead = Texts name the files beside them, so that all of it works elsewhere.
export-download = Download

import-title = Import into “{ $name }”
import-lead = Files of Markdown or text, Etherpad pads (.etherpad or .html), or an archive (.zip) of them, such as an export of HedgeDoc, a vault of Obsidian, or a room of Inkling. Folders become the tree; pictures and files that texts name come along. Texts stay as they are, byte for byte; pages (.html) become Markdown.
import-files = Choose files…
import-folder = Choose a folder…
import-drop = or drop them here
import-packing = Packing files: { $count }
import-sending = Sending
import-sent = { $sent } of { $all } MB sent
import-making = { $done } of { $all } documents
import-stop = Stop
import-done = Imported. Documents: { $documents }, files: { $files }.
import-left-out = Left out: { $count }
import-made = Documents
import-hidden = Hidden files that were not looked at: { $count }
import-again = it was there already
import-file-of = files: { $count }
import-stopped = It stopped: { $problem } What is listed is in the room.
import-aborted = It was stopped. What is listed is in the room.
import-broken = The connection broke. What is listed is in the room.
import-go-on = Go on
import-others = Import something else
import-unreadable = { $name } cannot be read.
import-too-large = This is too large to be packed here. Make an archive (.zip) of it, and choose that.
