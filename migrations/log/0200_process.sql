-- The process manager: one row per order's process, what it follows besides, how far it has read, who runs it.
create schema process;

-- What a process knows and what it has under way. Updated with almost every event of its order, so there is room on the page and no index on
-- what changes.
create table process.instances (
    order_id    uuid        primary key,
    layout      integer     not null,                     -- of state: a row of another layout is rebuilt from the log
    state       json        not null,
    position    bigint      not null,                     -- the last event that it has seen
    pending     integer     not null,                     -- steps under way in state
    parked      boolean     not null,
    final       boolean     not null,
    unreadable  text,                                     -- the dead letter: why an event of the order could not be read
    updated_at  timestamptz not null
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
create index instances_open on process.instances (order_id) where not final;

-- Which warehouses take part in sourcing, as the process manager has learned it from the log.
create table process.warehouses (
    code        text        collate "C" primary key,
    priority    bigint      not null,
    open        boolean     not null
);

-- Calls that have failed for now, for people to see: a row goes with the call's success.
create table process.retries (
    order_id    uuid        not null,
    step        text        not null,
    subject     text        not null,
    tries       integer     not null,
    next_try_at timestamptz not null,
    last_error  text        not null,
    primary key (order_id, step, subject)
);

-- How far the log was followed, and who may follow it (event_store::lease).
create table process.checkpoints (
    name         text        primary key,
    epoch        bigint      not null default 0,
    position     bigint      not null default 0,
    event_id     uuid,
    holder       text,
    fence        bigint      not null default 0,
    leased_until timestamptz,
    updated_at   timestamptz not null default now()
);

do $$
begin
    if to_regrole('orderly_owner') is null or to_regrole('orderly_writer') is null or to_regrole('orderly_reader') is null then
        return;
    end if;
    revoke all on schema process from public;
    grant usage on schema process to orderly_writer, orderly_reader;
    grant select on all tables in schema process to orderly_writer, orderly_reader;
    grant insert, update, delete on all tables in schema process to orderly_writer;
end
$$;
