-- By which relative address the document names a file, where it came along with it: `images/a.png`. Others are named by the address that the server gave them.
alter table attachments add column path text;
create unique index attachments_path on attachments (document_id, path) where path is not null;
