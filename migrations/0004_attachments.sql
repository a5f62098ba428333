-- Files that belong to documents. Their bytes lie beside the database, named by their hash; a row says what they are called and to what they belong.
create table attachments (
    id blob primary key not null check (length(id) = 16),
    document_id blob not null references documents (id) on delete cascade,
    name text not null,
    -- Found in the bytes, never taken from whoever sent them.
    media_type text not null,
    bytes integer not null check (bytes >= 0),
    sha256 blob not null check (length(sha256) = 32),
    created_by blob references users (id) on delete set null,
    created_at integer not null,
    -- Since when no text of the room has named it, as far as somebody has looked.
    unlinked_since integer
) strict, without rowid;
create index attachments_document on attachments (document_id);
create index attachments_sha256 on attachments (sha256);

-- Files that lost an attachment. They stay for some time, so that a backup that has begun still finds them.
create table released_files (
    sha256 blob primary key not null check (length(sha256) = 32),
    since integer not null
) strict, without rowid;
create trigger attachments_deleted after delete on attachments begin
    insert into released_files (sha256, since) values (old.sha256, cast(unixepoch('subsec') * 1000 as integer))
    on conflict (sha256) do update set since = excluded.since;
end;
