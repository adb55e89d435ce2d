-- Steps that were refused and wait for another event of their order: not under way, so nothing but this number shows them.
alter table process.instances add column waiting integer not null default 0;

-- What a holder of the lease looks for when it takes over: rows that another program wrote, and rows that stopped at an event. Neither changes with an
-- order's events, so updates stay on their page.
create index instances_by_layout on process.instances (layout);
create index instances_unreadable on process.instances (order_id) where unreadable is not null;
