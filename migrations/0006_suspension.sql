-- When an administrator suspended the account, for as long as it is. Its login sessions and tokens are gone then, and none is made.
alter table users add column suspended_at integer;
