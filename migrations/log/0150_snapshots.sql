-- A shortcut to an aggregate's state, made from committed state only and believed only if the log has that very event at that sequence.
create table log.snapshots (
    aggregate_type  text        collate "C" not null,
    aggregate_id    text        collate "C" not null,
    layout          bytea       not null,                 -- hash of a golden snapshot: another program's layout is ignored
    sequence        bigint      not null,
    event_id        uuid        not null,
    state           json        not null,
    primary key (aggregate_type, aggregate_id, layout)
);

-- Numbers for people (order numbers): unique and growing, not without gaps. Processes take them in blocks.
create table log.counters (
    name            text        collate "C" primary key,
    next            bigint      not null check (next > 0)
);
