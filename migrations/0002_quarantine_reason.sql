-- Says why a document is held at an earlier state, so that whoever looks after the server need not search the log of the day it happened.
alter table documents add column quarantine_reason text check (quarantine_reason in ('unsound', 'damaged'));
