-- Hours for which servers have run on this data: a clock that only goes forward, whatever the one on the wall is set to.
create table run_hours (
    id integer primary key not null check (id = 1),
    hours integer not null check (hours >= 0)
) strict;
insert into run_hours (id, hours) values (1, 0);
-- In which of these hours it was found that the time is over in which it is kept, for as long as that is so.
alter table documents add column due_since integer;
alter table attachments add column due_since integer;
