-- The epoch in which whatever is made begins. Whoever puts the data back to an older state moves it on, and everything with it: so no document or room is ever made
-- in an epoch that another one of its id had, and a copy of an earlier epoch is known to be of before that.
create table server_epoch (
    id integer primary key not null check (id = 1),
    epoch integer not null check (epoch >= 1)
) strict;
insert into server_epoch (id, epoch)
select 1, max(1, coalesce((select max(epoch) from documents), 1), coalesce((select max(epoch) from rooms), 1));
