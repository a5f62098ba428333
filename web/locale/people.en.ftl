### Every word of the page /admin/people. One message a line, with values and without choices.

lead = Everybody who has an account here. Whoever is suspended is signed out everywhere and cannot sign in; what they wrote stays.
you = (you)
administrator = Administrator
suspended = Suspended
suspend = Suspend
suspend-named = Suspend { $name }
suspend-title = Suspend { $name }?
suspend-body = { $name } is signed out on every device at once, and API tokens end for good. What was not sent yet stays on those devices, and is sent when you restore the account and { $name } signs in again.
restore = Restore
restore-named = Restore { $name }
cancel = Cancel
unreachable = The list cannot be fetched right now.
failed = That did not work. Try again.
again = Try again
