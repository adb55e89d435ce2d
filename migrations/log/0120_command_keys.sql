-- Idempotency. A key row says what became of a command, for as long as a client may ask again.
--
-- Keys of clients (and of commands without one) live in two partitions, each as long as the retention: one is written, both are probed, and
-- the older is truncated when it becomes the one to write (log.turn_key_ring_v1). Two, because every probe under the log's lock pays for each.
-- Keys of processes stand apart: they are probed only for a process's appends and deleted by instance once it is final.
create table log.command_keys_0 (
    command_id      uuid        primary key,
    fingerprint     bytea       not null,                 -- of the request: the same key with another request is refused
    append_id       uuid        not null,                 -- new per decision: the same one means "this call was stored"
    status          text        not null check (status in ('appended', 'unchanged', 'refused')),
    aggregate_type  text        collate "C",              -- the command's own stream, its version and the log's position as answered
    aggregate_id    text        collate "C",
    version         bigint      not null,
    epoch           bigint      not null,
    position        bigint      not null,
    events          integer     not null,
    refusal         json,
    recorded_at     timestamptz not null,
    check ((status = 'refused') = (refusal is not null))
);

create table log.command_keys_1 (like log.command_keys_0 including all);

create table log.process_keys (
    instance        text        collate "C" not null,
    like log.command_keys_0 including constraints,
    primary key (command_id)
);
create index process_keys_by_instance on log.process_keys (instance);

-- Which of the two partitions is written, and since when: always one row.
create table log.key_ring (
    only_row        boolean     primary key default true check (only_row),
    active          smallint    not null check (active in (0, 1)),
    since           timestamptz not null
);
insert into log.key_ring (active, since) values (0, now());
