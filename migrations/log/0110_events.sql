-- The event log: one table, totally ordered, never changed. A superset of the table of postgres-es, so that it reads every stream.
create schema if not exists log;

create table log.events (
    position        bigint      primary key check (position > 0),   -- 1, 2, 3 …: commit order, no gaps
    event_id        uuid        not null,                            -- what a reader has really seen; positions can be given again after a lost failover
    aggregate_type  text        collate "C" not null,
    aggregate_id    text        collate "C" not null,
    sequence        bigint      not null check (sequence > 0),
    partition_key   text        collate "C" not null,
    event_type      text        not null,
    event_version   text        not null,
    payload         json        not null,                            -- json, not jsonb: the exact bytes are what is sealed
    metadata        json        not null,                            -- one flat object of strings
    recorded_at     timestamptz not null,                            -- never goes back
    unique (aggregate_type, aggregate_id, sequence)
);

-- The log is append-only: no autovacuum is needed for dead rows, but the visibility map is, for index-only scans by readers.
alter table log.events set (autovacuum_vacuum_insert_scale_factor = 0.05);

create function log.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'events are never changed: % on %.% is refused', tg_op, tg_table_schema, tg_table_name
        using errcode = 'OE001', hint = 'append an event that says what is true now';
end
$$;

create trigger events_are_immutable
    before update or delete or truncate on log.events
    for each statement execute function log.refuse_change();

-- Also where triggers are switched off for ordinary sessions (session_replication_role = replica).
alter table log.events enable always trigger events_are_immutable;

-- The last position recorded at or before an instant, 0 if none: a binary search on the primary key, since positions are dense and
-- recorded_at never goes back.
create function log.position_at_v1(instant timestamptz) returns bigint
language plpgsql stable set enable_seqscan = off as $$
declare
    low    bigint := 0;
    high   bigint;
    middle bigint;
begin
    select e.position into high from log.events e order by e.position desc limit 1;
    high := coalesce(high, 0);
    while low < high loop
        middle := (low + high + 1) / 2;
        if (select e.recorded_at from log.events e where e.position = middle) <= instant then
            low := middle;
        else
            high := middle - 1;
        end if;
    end loop;
    return low;
end
$$;
