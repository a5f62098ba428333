-- Titles that a document had before, the latest first, as a JSON array: texts may name it by them.
alter table documents add column former_titles text not null default '[]' check (json_valid(former_titles));
