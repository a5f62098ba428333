### Every word of the tab. One message a line; names say where or what, in the order of the screens.
### A translation is a copy of this file with the texts after the equals signs translated.

## Said in many places

cancel = Cancel
close = Close
copied = Copied
copy = Copy
delete = Delete
discard = Discard
doctor = Doctor
people = People
documents = Documents
expired = Expired
go-home = All rooms
home = All rooms
members = Members
message = Message
password = Password
reload = Reload
rename = Rename
revoke = Revoke
rooms = Rooms
save = Save
settings = Settings
sign-in = Sign in
sign-out = Sign out
sign-out-title = Some of your work is only on this device
sign-out-lead = Not on the server: { $what }. Signing out removes this from this device.
sign-out-edits = { $count ->
    [one] { $count } edit
   *[other] { $count } edits
}
sign-out-messages = { $count ->
    [one] { $count } message
   *[other] { $count } messages
}
sign-out-files = { $count ->
    [one] 1 file
   *[other] { $count } files
}
sign-out-wait = Sign out when it is sent
sign-out-waiting = Still to be sent: { $what }. You are signed out as soon as the server has all of it.
sign-out-away = The server does not answer at the moment. Leave this open: it is tried again by itself.
sign-out-stay = Stay signed in
sign-out-download = Download it
sign-out-file = Not sent
sign-out-discard = Sign out without it
leaving = You are signed out here, and your copies are removed from this browser. The server does not know yet: it is told as soon as it answers. Until then this browser is still in the list of your devices.
title = Title
token = Token
try-again = Try again
until = Until { $date }
username = Username

## For strangers: first account, signing in, invites

entry-foot = Write together, and talk beside it.
first-run-title = Create the first account
first-run-lead = It administers this server. Everyone after you comes by invitation.
first-run-action = Create account and begin
create-account = Create account
create-account-and-join = Create account and join
have-account = You have an account?
no-account-yet = No account yet?
invite-needed = New here? Ask somebody inside for an invitation link.
display-name = Your name
display-name-hint = As others see it. Leave it empty to be called by your username.
username-hint = Letters, digits, dots, dashes and underscores. You sign in with it.
password-hint = At least 8 characters. A few unrelated words are easy to keep in mind.
invited-to = Join “{ $room }”
invited-by = { $name } invites you.
signed-in-as = You are signed in as { $name }.
join-room = Join the room
invite-broken-title = This invitation does not work
invite-broken-lead = It may have expired, been used up, or been taken back. Ask for a new one.
unreachable-title = No answer from the server
not-found-title = There is nothing here
not-found-lead = The address may be mistyped, or what was here is gone.
linked-none = There is no such document in this room
linked-none-lead = The text leads to “{ $path }”, which may have been deleted, or left behind where the text comes from.
linked-back = Back to the text
document-deleted = This document has been deleted
document-deleted-lead = For some time “{ $title }” can be brought back from the page of the room.
document-deleted-room = Back to the room
no-access-title = This is not shared with you
no-access-lead = It may have been deleted, or you may need an invitation. Ask whoever sent you the link.

## A newer release

release-found = A new version of Inkling is here.
release-needed = This tab is older than the server. Reload it to go on; nothing is lost.

## What this device does not have while the server does not answer

document-not-here = This document is not on this device. It opens by itself as soon as the server answers.
list-not-here = This list is not on this device. It appears as soon as the server answers.
talk-not-here = What was said here is not on this device. It appears as soon as the server answers.

## The frame

skip-to-content = Skip to the page
parts-of-the-page = Parts of the page
bar-documents = Documents
bar-write = Write
bar-page = Page
bar-talk = Talk
open-side = Rooms and documents
toggle-talk = Show or hide the conversation
resize-talk = Width of the conversation
rooms-and-documents = Rooms and documents
search = Search
search-hint = Go to a room or document, or run a command
no-rooms-short = No rooms yet.
account-menu = Account of { $name }
switch-theme = Light or dark
unread-count = { $count ->
    [one] { $count } unread
   *[other] { $count } unread
}

## What the server could not take

tray = Rescued work
tray-count = { $count ->
    [one] { $count } piece of rescued work
   *[other] { $count } pieces of rescued work
}
tray-lead = The server could not take this. It stays on this device, and only here, until you have saved it or discarded it.
tray-empty = Everything is dealt with.
rescued-untitled = Document without a known title
rescued-message = Message
rescued-in = { $what } · { $room }
rescued-why-not-allowed = You may not write there any more.
rescued-why-not-found = It was deleted, or is not shared with you any more.
rescued-why-read-only = You may only read there now.
rescued-why-epoch-changed = The server went back to a backup, which has less than this.
rescued-why-regression = The server has lost something of this.
rescued-why-quarantined = The document is damaged, and shown as it was earlier.

## Home

home-title = Hello, { $name }
members-count = { $count ->
    [one] { $count } person
   *[other] { $count } people
}
no-rooms = A room is where a few people write and talk. Make one, then invite the others.
create-first-room = Make your first room
recent-documents = Recent documents
no-recent-documents = Documents that you or others edit appear here.

## Rooms

new-room = New room
room-name = Name
create-room = Create room
rename-room = Rename room
delete-room = Delete room
delete-room-title = Delete the room “{ $name }”?
delete-room-body = Its documents and its conversation are deleted for everyone, and cannot be brought back.
import = Import…
export-room = Export room…
leave-room = Leave room
leave-room-title = Leave the room “{ $name }”?
leave-room-body = You will need a new invitation to come back.
room-menu = More about this room
documents-menu = Documents: import and export
own-role-viewer = You can read here.
own-role-editor = You can read and write here.
own-role-owner = You own this room.
that-is-you = (you)
role-of = Role of { $name }
role-viewer = viewer
role-editor = editor
role-owner = owner
role-viewer-sentence = You will be able to read everything in it.
role-editor-sentence = You will be able to read and write everything in it.
role-owner-sentence = You will be able to write, and to decide who belongs to it.
remove-member = Remove
remove-named = Remove { $name }
remove-member-title = Remove { $name } from the room?
remove-member-body = They lose access at once. What they wrote stays.
invites = Invite people
invites-lead = Whoever opens an invitation link can join this room until the link expires.
invite-may = They may
invite-may-write = Read and write
invite-may-read = Only read
invite-works = The link works
invite-uses = Uses
invite-uses-unlimited = Unlimited
invite-create = Create link
invite-made = Send this link to whoever should join. It is shown only now.
invite-link = Invitation link
invite-revoked = The link does not work any more.
invite-used = { $count ->
    [0] not used yet
    [one] used once
   *[other] used { $count } times
}
invite-used-of = used { $count } of { $max } times
for-a-day = For a day
for-a-week = For a week
for-a-month = For a month
for-three-months = For three months
for-a-year = For a year
for-good = Until it is revoked

## Documents

new-document = New document
create-document = Create document
no-documents = No documents yet.
no-documents-lead = No documents yet. Write the first one: it saves itself, and everyone here sees it at once.
document-menu = More about “{ $title }”
rename-document = Rename document
delete-document = Delete document
delete-document-title = Delete “{ $title }”?
delete-document-body = It is deleted for everyone in the room. For some time it can be brought back from the page of the room.
deleted-documents = Deleted documents
deleted-documents-lead = They can be brought back for some time, with all that was written in them.
restore-document = Bring back
documents-under = Documents under “{ $title }”
document-moved = “{ $title }” moved.
move-up = Move up
move-down = Move down
move-in = Move under the one above
move-out = Move out one level

## The conversation

conversation = Conversation
messages = Messages
here-now = Here now: { $names }
no-messages = Nothing said yet. The first word is yours.
talk-beginning = This is where the conversation begins.
loading-older = Loading earlier messages…
older-failed = Earlier messages could not be loaded. Try again
unread-divider = New
jump-to-end = To the latest
new-messages = { $count ->
    [one] { $count } new message
   *[other] { $count } new messages
}
message-placeholder = Write a message
composer-hint = Enter sends, Shift Enter begins a new line.
send = Send
message-sending = Sending…
message-storage-full = Not stored yet: the server’s disk is full. It is sent again by itself until there is room.
message-delayed = Not stored yet; it is sent again by itself.
message-failed = Not sent.
talk-offline = Not connected. What you write is sent as soon as you are back.
talk-read-only = You can read this conversation, but not write in it.

## Commands

palette = Go to or do
shortcuts = Keyboard shortcuts

## Settings

profile = Profile
signed-in-username = You sign in as { $username }.
profile-saved = Your name is changed.
appearance = Appearance
appearance-lead = For this browser only.
password-lead = Changing it signs you out everywhere but here.
current-password = Current password
wrong-current-password = That is not your current password.
new-password = New password
change-password = Change password
revoke-tokens = Take back all tokens too
revoke-tokens-hint = Programs that use them have to be given new ones.
password-changed = Your password is changed. Other devices are signed out.
password-changed-tokens = Your password is changed. Other devices are signed out, and all tokens are taken back.
devices = Signed-in devices
this-device = This device
unknown-device = Unknown device
browser-on = { $browser } on { $system }
last-seen = Last seen
device-signed-out = That device is signed out.
tokens = API tokens
tokens-lead = For scripts and other programs that work in your name. Treat a token like a password.
token-name = What it is for
token-name-example = Nightly export
token-works = It works
token-create = Create token
token-once = Copy the token now. It is not shown again.
token-revoked = The token does not work any more.
last-used = Last used
never-used = Never used

## What went wrong: one sentence for each code of the server, and the tab's own

error-unreachable = The server does not answer. Check the connection and try again.
error-unreadable = The server answered something that this page cannot read. Reload the page.
error-messages-waiting = Too many messages wait for the server already.
error-talk-closed = The conversation is not open yet. Try again in a moment.
error-malformed = The server could not read that request.
error-unsupported-version = This tab is from another release. Reload it.
error-frame-too-large = That was too large to send at once.
error-unknown-channel = That document is not open.
error-channel-in-use = That is already open.
error-too-many-channels = Too many things are open in this tab.
error-not-signed-in = Please sign in.
error-not-allowed = You are not allowed to do that.
error-not-found = There is nothing here, or it is not shared with you.
error-read-only = You can read this but not change it.
error-role-changed = Your role here has changed.
error-update-malformed = An edit was damaged and could not be stored.
error-update-forbidden-content = An edit held something that documents cannot contain.
error-update-too-large = That edit is too large.
error-client-id-taken = Another person's edits carry that mark.
error-clock-gap = An edit arrived without the edits before it.
error-unknown-reference = An edit refers to text that does not exist.
error-too-many-replicas = This document has been opened too many times.
error-document-full = This document has reached its size limit.
error-out-of-order = An edit arrived out of order.
error-storage-full = The server’s disk is full, so nothing can be stored right now.
error-storage-failed = The server cannot store anything at the moment.
error-quarantined = This document is damaged and is held at its last good state.
error-epoch-changed = This document was restored from a backup.
error-regression = The server has less of this document than this tab.
error-message-empty = A message needs some text.
error-message-too-long = That message is too long.
error-slow-consumer = The connection is too slow to keep up.
error-too-fast = Too many requests. Wait a moment.
error-too-many-sockets = You have too many tabs open. Close one.
error-account-suspended = This account is suspended. Ask whoever runs this server.
error-going-away = The server is restarting.
error-internal = Something went wrong on the server.
error-signed-out = You have been signed out.
error-invalid-credentials = That name and password do not match.
error-username-taken = That username is taken.
error-registration-closed = New accounts need an invitation here.
error-invite-invalid = This invitation is not valid any more.
error-field-invalid = That value cannot be used.
error-last-owner = A room needs at least one owner. Make somebody else an owner first.
error-body-too-large = That is too large.
error-unsupported-media-type = That kind of content cannot be read here.
error-method-not-allowed = That cannot be done here.
error-foreign-origin = That request came from another site.
error-materialize-failed = The document's text could not be worked out.
error-timed-out = That took too long.
error-quota-exceeded = There is no more space for files in this room.

## A document: its header, its text, and what is said above it

document-title = Title of the document
document-text = Text of the document
document-face = How the text is shown: { $face }
face-write = Write
face-source = Source
face-read = Read
take-document = Take this document along
export-markdown = Download as Markdown
export-html = Download as a web page
print = Print…
face-plain = Plain
document-placeholder = Write here. Markdown works: # heading, **bold**, - list.
document-viewer = You can read this document. An owner of the room can let you write.
editor-failed = The editor did not load. Check the connection and reload the page.
go-to-person = Go to { $name }
is-reading = { $name } is reading
follow-person = Follow { $name }
share = Share
share-hint = Who is in this room, and how others come in
share-title = Share “{ $name }”
share-lead = Everyone in this room sees all its documents and its conversation.
share-ask = Only owners of the room can invite others. Ask { $names }.
stop-following = Following { $name }. Press again or Escape to stop.
save-opening = Opening…
save-saving = Saving…
save-saved = Saved
save-saved-lead = Everything is stored on the server’s disk.
save-saved-at = Stored on the server’s disk, { $time }
save-offline = { $count ->
    [one] Offline, 1 edit on this device
   *[other] Offline, { $count } edits on this device
}
save-offline-lead = Your edits are kept on this device, also when you close the tab, and sent as soon as the server answers.
save-offline-tab = { $count ->
    [one] Offline, 1 edit only in this tab
   *[other] Offline, { $count } edits only in this tab
}
save-offline-tab-lead = This browser keeps nothing here. Leave this tab open: your edits are sent as soon as the server answers, and lost if it is closed before.
save-waiting-tab = { $count ->
    [one] Not stored, 1 edit only in this tab
   *[other] Not stored, { $count } edits only in this tab
}
save-waiting = { $count ->
    [one] Not stored, 1 edit on this device
   *[other] Not stored, { $count } edits on this device
}
waiting-storage-full = The server’s disk is full. You can go on writing: your edits stay in this tab, and are stored by themselves once there is room again. Keep this tab open, and tell whoever runs the server.
save-without-socket = Connected over plain HTTP, since WebSockets do not get through here.
save-reconnecting = Reconnecting…
save-read-only = Read-only
rescued-here = What you typed is kept on this device.
