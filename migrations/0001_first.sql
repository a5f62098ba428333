-- The first shape of everything that is kept. Ids are UUIDs as 16-byte blobs, times are milliseconds since 1970, secrets are SHA-256
-- hashes. Tables are strict, so that a value of the wrong type is an error and not a surprise later.

create table users (
    id blob primary key not null check (length(id) = 16),
    username text not null constraint users_username unique,
    display_name text not null,
    -- PHC string: algorithm, parameters, salt and hash.
    password_hash text not null,
    administrator integer not null check (administrator in (0, 1)),
    created_at integer not null
) strict, without rowid;

-- Signed-in browsers. The cookie's value is known only to the browser.
create table login_sessions (
    secret_hash blob primary key not null check (length(secret_hash) = 32),
    -- Names the session to its owner, in the list of devices.
    id blob not null unique check (length(id) = 16),
    user_id blob not null references users (id) on delete cascade,
    user_agent text not null,
    created_at integer not null,
    last_seen_at integer not null,
    expires_at integer not null
) strict, without rowid;
create index login_sessions_user on login_sessions (user_id);
create index login_sessions_expiry on login_sessions (expires_at);

-- For programs. With a document, the token opens that document and nothing else.
create table tokens (
    id blob primary key not null check (length(id) = 16),
    user_id blob not null references users (id) on delete cascade,
    secret_hash blob not null unique check (length(secret_hash) = 32),
    name text not null,
    document_id blob references documents (id) on delete cascade,
    created_at integer not null,
    expires_at integer,
    last_used_at integer
) strict, without rowid;
create index tokens_user on tokens (user_id);

create table rooms (
    id blob primary key not null check (length(id) = 16),
    name text not null,
    -- The history that head_seq counts in.
    epoch integer not null check (epoch >= 1),
    -- Position of the last message.
    head_seq integer not null default 0 check (head_seq >= 0),
    active_at integer not null,
    created_at integer not null,
    deleted_at integer
) strict, without rowid;

create table members (
    room_id blob not null references rooms (id) on delete cascade,
    user_id blob not null references users (id) on delete cascade,
    role text not null check (role in ('owner', 'editor', 'viewer')),
    joined_at integer not null,
    -- Messages up to here have been read.
    read_seq integer not null default 0 check (read_seq >= 0),
    primary key (room_id, user_id)
) strict, without rowid;
create index members_user on members (user_id);

create table invites (
    id blob primary key not null check (length(id) = 16),
    room_id blob not null references rooms (id) on delete cascade,
    secret_hash blob not null unique check (length(secret_hash) = 32),
    role text not null check (role in ('editor', 'viewer')),
    created_by blob not null references users (id) on delete cascade,
    created_at integer not null,
    expires_at integer not null,
    max_uses integer check (max_uses >= 1),
    use_count integer not null default 0 check (use_count >= 0)
) strict, without rowid;
create index invites_room on invites (room_id);

create table documents (
    id blob primary key not null check (length(id) = 16),
    room_id blob not null references rooms (id) on delete cascade,
    title text not null,
    parent_id blob references documents (id) on delete set null,
    -- Order among siblings.
    position real not null,
    -- The history that head_seq counts in. A restored backup begins a new one.
    epoch integer not null check (epoch >= 1),
    -- Position of the last update.
    head_seq integer not null default 0 check (head_seq >= 0),
    -- Materializing failed after this position: neither read past it nor written.
    quarantined_after integer check (quarantined_after >= 0),
    created_by blob references users (id) on delete set null,
    created_at integer not null,
    edited_at integer not null,
    deleted_at integer
) strict, without rowid;
create index documents_room on documents (room_id, parent_id, position);

-- The log: one row an accepted edit, contiguous from one past the older of the two kept snapshots up to head_seq.
create table document_updates (
    document_id blob not null references documents (id) on delete cascade,
    seq integer not null check (seq >= 1),
    client_id integer not null check (client_id between 0 and 4294967295),
    -- 0 for replicas that do not number their edits.
    client_seq integer not null check (client_seq >= 0),
    user_id blob not null check (length(user_id) = 16),
    at integer not null,
    -- Yjs update format v1.
    bytes blob not null,
    -- CRC-32 of bytes: a damaged disk is noticed before its bytes are sent to anybody.
    checksum integer not null,
    primary key (document_id, seq)
) strict, without rowid;

-- Who owns which CRDT client id, and how far each replica has come.
create table document_replicas (
    document_id blob not null references documents (id) on delete cascade,
    client_id integer not null check (client_id between 0 and 4294967295),
    user_id blob not null check (length(user_id) = 16),
    -- The next clock: units inserted so far.
    clock integer not null check (clock between 0 and 4294967295),
    last_client_seq integer not null default 0 check (last_client_seq >= 0),
    primary key (document_id, client_id)
) strict, without rowid;

-- The whole document up to seq in one update. The newest is used; the one before it is kept in case the newest turns out damaged.
create table document_snapshots (
    document_id blob not null references documents (id) on delete cascade,
    seq integer not null check (seq >= 1),
    at integer not null,
    bytes blob not null,
    checksum integer not null,
    primary key (document_id, seq)
) strict, without rowid;

-- Log rows that compaction took out of document_updates, in compressed segments.
create table document_history (
    document_id blob not null references documents (id) on delete cascade,
    first_seq integer not null check (first_seq >= 1),
    last_seq integer not null check (last_seq >= first_seq),
    at integer not null,
    bytes blob not null,
    checksum integer not null,
    primary key (document_id, first_seq)
) strict, without rowid;

-- Plain text as of seq, for search, export and lists. Can be worked out again from the log at any time.
create table document_texts (
    id integer primary key not null,
    document_id blob not null unique references documents (id) on delete cascade,
    seq integer not null check (seq >= 0),
    body text not null
) strict;
create virtual table document_search using fts5 (body, content = 'document_texts', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
create trigger document_texts_inserted after insert on document_texts begin
    insert into document_search (rowid, body) values (new.id, new.body);
end;
create trigger document_texts_deleted after delete on document_texts begin
    insert into document_search (document_search, rowid, body) values ('delete', old.id, old.body);
end;
create trigger document_texts_updated after update on document_texts begin
    insert into document_search (document_search, rowid, body) values ('delete', old.id, old.body);
    insert into document_search (rowid, body) values (new.id, new.body);
end;

create table messages (
    room_id blob not null references rooms (id) on delete cascade,
    seq integer not null check (seq >= 1),
    id blob not null unique check (length(id) = 16),
    author_id blob not null references users (id),
    -- The sender's name for the attempt: a message said again is found by it.
    nonce blob not null check (length(nonce) = 16),
    body text not null,
    at integer not null,
    primary key (room_id, seq),
    constraint messages_nonce unique (room_id, author_id, nonce)
) strict, without rowid;

-- One row that is written to see whether anything can be.
create table liveness (
    id integer primary key not null check (id = 1),
    at integer not null
) strict;
