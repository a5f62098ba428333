### Every word of the doctor: of the page /admin/doctor and of `inkling doctor`. One message a line, with values and without choices.
### The part of a sentence's name before its first dash is the check that it belongs to.

## The page

lead = What stands between this browser and the server, and how the server is. The checks leave nothing behind.
again = Check again
running = Checking…
all-passed = All is well.
some-warned = It works. { $count } of the checks found something that could be better.
some-failed = { $count } of the checks found something that does not work.
passed = Passed
warning = Could be better
failed = Does not work
mend-proxy = Lines for
mend-option = Start Inkling with
mend-same = The lines for “{ $check }” mend this too.
mend-same-option = Mended by the option for “{ $check }” too.
copy = Copy
copied = Copied
copy-failed = The browser did not allow copying.
unreachable = The server does not answer, or not as an Inkling server does.
version = Inkling { $version }

## What is looked at

check-address = Address
check-https = Encryption
check-cookie = Cookie
check-client = Who asks
check-clock = Clock
check-socket = WebSocket
check-events = Events
check-poll = Long polling
check-body = Size of requests
check-disk = Disk
check-data = Data directory
check-options = Options
check-files = Open files

## What it means

address-right = The server is reached as { $address }, and knows itself by that name.
address-unknown = Browsers come by { $address }, which the server does not know: it knows itself as { $known }. It refuses what pages there send, and its links lead elsewhere.
address-scheme = Something on the way tells the server that this is { $scheme }, and the address { $address } says otherwise. Inkling goes by its own options, logs and other programs may not.
address-host = The server is asked for “{ $host }”, and the address is { $address }. Inkling goes by its own options, logs and other programs may not.

https-works = What is sent is encrypted on the way.
https-local = Nothing is encrypted, and nothing leaves this machine. Others need https.
https-missing = Nothing is encrypted: passwords and texts can be read on the way. Browsers install the tab, start it without a network and copy to the clipboard only over https.

cookie-secure = The cookie that signs in is sent over https only, and scripts cannot read it.
cookie-plain = Scripts cannot read the cookie that signs in. With https it would be sent encrypted only.
cookie-insecure = The cookie that signs in is not marked Secure, since the server does not know that it is reached over https.
cookie-readable = Scripts of a page can read the cookie that signs in: something on the way takes its HttpOnly away.

client-known = The server sees requests as coming from { $client }, by the trusted proxy { $peer }.
client-direct = The server sees requests as coming from { $client }, with no proxy between.
client-untold = The trusted proxy { $peer } does not say for whom it asks: everybody shares its address, and its limit of attempts to sign in.
client-unreadable = What the trusted proxy { $peer } says about for whom it asks cannot be read, or X-Forwarded-For and Forwarded do not agree: everybody shares its address, and its limit of attempts to sign in.
client-untrusted = { $peer } says for whom it asks and is not believed, since it is no trusted proxy: everybody shares its address, and its limit of attempts to sign in.
client-hidden = { $peer } passes requests on without saying for whom: everybody shares its address, and its limit of attempts to sign in.

clock-right = The server’s clock and this one agree.
clock-off = The server’s clock and this one are { $span } apart: one of them needs to be set. Times beside messages look wrong, and invitations and tokens end early or late.

socket-works = WebSockets get through; an answer took { $ms } ms.
socket-refused = WebSockets do not get through. People still write together, over plain HTTP: slower, and at more cost for the server.
socket-mute = A WebSocket opens and then nothing comes through it. People still write together, over plain HTTP: slower, and at more cost for the server.

events-works = Events come one by one, as they are sent; an answer took { $ms } ms.
events-refused = Events cannot be asked for: the answer was { $status }. Where WebSockets are blocked too, people are left with polling.
events-held = Events are held back on the way: something collects the answer before it passes it on. Where WebSockets are blocked too, people are left with polling.
events-compressed = Events are compressed on the way ({ $encoding }) and held back for it. Where WebSockets are blocked too, people are left with polling.

poll-works = A request that waits is answered when there is something to tell; it took { $ms } ms.
poll-refused = A request that waits gets no proper answer, but { $status }. Where nothing else gets through, people cannot write together.
poll-silent = A request that waits is not answered, though there is something to tell. Where nothing else gets through, people cannot write together.

body-works = A request of { $size } gets through, the largest there is.
body-refused = A request of { $size } is refused with { $status }: large files, pastes and imports will fail.
body-broken = A request of { $size } breaks off: large files, pastes and imports will fail.
body-foreign = The server takes what is sent from this address for another site’s: the Origin is changed on the way, or is not among its addresses.

disk-works = { $free } are free; what is written is on the disk after { $ms } ms.
disk-slow = What is written is on the disk only after { $ms } ms: everybody waits that long for Saved. { $free } are free.
disk-scarce = Only { $free } are free. When the disk is full nothing more can be saved.
disk-full = Only { $free } are free: soon nothing more can be saved.
disk-fails = Nothing can be written into the data directory: { $problem }.

data-running = { $path } is in use by a running server.
data-idle = { $path } is there, and no server runs on it.
data-missing = { $path } is not there yet; the server makes it when it starts.
data-newer = { $path } was last written { $span } in the future, by this machine’s clock.
data-fails = { $path } cannot be used: { $problem }.

options-said = It would listen on { $listen }, be known as { $address }, and trust as proxies: { $proxies }. Registration: { $registration }.
options-nameless = It would listen for other machines on { $listen } and be known as { $address } only: pages that others open by another name are refused. It would trust as proxies: { $proxies }. Registration: { $registration }.
options-limits = Limits that are not the default: { $limits }.

files-enough = What is started here may open { $files } files, which is enough for { $connections } connections.
files-few = What is started here may open { $files } files, and { $connections } connections would be let in (--limit-connections): when the files are used up nobody else gets in. Raise it with ulimit -n, or LimitNOFILE of systemd.
