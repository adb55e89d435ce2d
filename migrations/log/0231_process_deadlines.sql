-- The earliest instant by which something must have happened for an order: a function of its state, like the steps that are pending. Few orders have one for
-- long, and whoever holds the lease sleeps until the first.
alter table process.instances add column next_deadline timestamptz;
create index instances_by_deadline on process.instances (next_deadline, order_id) where next_deadline is not null;
