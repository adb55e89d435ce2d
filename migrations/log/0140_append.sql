-- The log's lock: an advisory transaction lock (the number is 'orderly' in ASCII). A lock of its own and not one on a table: readers,
-- autovacuum and backups never meet it, and it is released with the commit, so positions become visible in their order.
create function log.lock_v1() returns void language plpgsql volatile as $$
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'the log is appended to under read committed only, this transaction is %', current_setting('transaction_isolation')
            using errcode = 'OE002', hint = 'a snapshot older than the lock would read stale heads';
    end if;
    perform pg_advisory_xact_lock(31369497939176569);
end
$$;

-- What a key row says, as append_v1 and lock_and_read_v1 answer it.
create type log.held_key as (
    append_id       uuid,
    fingerprint     bytea,
    status          text,
    aggregate_type  text,
    aggregate_id    text,
    version         bigint,
    epoch           bigint,
    "position"      bigint,
    events          integer,
    refusal         json
);

-- The key rows that exist for these commands, by their place in the arrays. Each probe is a lateral with limit 1 under the planner settings
-- of its callers: a plan made while a partition was empty must not stay a sequential scan.
create function log.held_keys_v1(command_ids uuid[], instances text[])
returns table (place bigint, held log.held_key)
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
    return query
        select u.n, (found.append_id, found.fingerprint, found.status, found.aggregate_type, found.aggregate_id,
                     found.version, found.epoch, found.position, found.events, found.refusal)::log.held_key
        from unnest(command_ids, instances) with ordinality u(command_id, instance, n)
        cross join lateral (
            (select k.* from log.command_keys_0 k where k.command_id = u.command_id limit 1)
            union all
            (select k.* from log.command_keys_1 k where k.command_id = u.command_id limit 1)
            limit 1
        ) found
        where u.command_id is not null and u.instance is null;
    if cardinality(array_remove(instances, null)) > 0 then
        return query
            select u.n, (found.append_id, found.fingerprint, found.status, found.aggregate_type, found.aggregate_id,
                         found.version, found.epoch, found.position, found.events, found.refusal)::log.held_key
            from unnest(command_ids, instances) with ordinality u(command_id, instance, n)
            cross join lateral (select k.* from log.process_keys k where k.command_id = u.command_id limit 1) found
            where u.instance is not null;
    end if;
end
$$;

-- Appends: any number of appends, each over any number of streams, each all or none, in one transaction.
--
-- Answers one row per append, in order of their outcome:
--   done      stored now; its last event (or, with none, what it was decided on) is at `position`
--   held      its key is there already, put by this append (a call sent again) or by another: `held` says what became of it
--   conflict  a stream is not where the append was decided on: `conflict_type` and `conflict_id` name it
--   undone    an append of this call that it was decided on failed
--
-- Why it is right: the lock is taken first, and under READ COMMITTED each statement of a function takes its snapshot when it starts, so
-- everything below sees all that earlier holders committed (a single SQL statement would see the world from before it waited). The lock is
-- released by the commit, after the rows became visible: positions are dense, and a reader that sees one sees all before it.
-- No exception block: a failed call must leave nothing behind and no subtransaction is paid for.
create function log.append_v1(
    -- one entry per append
    append_ids       uuid[],
    command_ids      uuid[],       -- null: no key is looked up or kept (a refusal or no-op that nobody can ask for again)
    instances        text[],       -- the process whose key it is; null: a client's
    fingerprints     bytea[],
    statuses         text[],       -- what the key row will say
    own_types        text[],       -- the command's own stream and the version to answer
    own_ids          text[],
    own_versions     bigint[],
    refusals         text[],
    event_counts     bigint[],
    -- one entry per head that no earlier append of this call wrote, in any order
    head_appends     integer[],    -- places count from 1
    head_types       text[],
    head_ids         text[],
    head_sequences   bigint[],     -- 0: the stream must not exist
    head_event_ids   uuid[],
    -- one entry per pair of an append and an earlier one of this call that it was decided on, in order of the first
    dependents       integer[],
    predecessors     integer[],
    -- one entry per event, in order of their appends
    event_appends    integer[],
    event_ids        uuid[],
    event_stream_types text[],
    event_stream_ids text[],
    event_sequences  bigint[],
    partition_keys   text[],
    event_types      text[],
    event_versions   text[],
    payloads         text[],
    metadatas        text[]
) returns table (
    place            integer,
    outcome          text,
    "position"       bigint,
    epoch            bigint,
    held             log.held_key,
    conflict_type    text,
    conflict_id      text
)
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
#variable_conflict use_column
declare
    base        bigint;            -- the last position before this call, and after it
    head_after  bigint;
    recorded    timestamptz;
    this_epoch  bigint;
    failed      boolean[] := array_fill(false, array[cardinality(append_ids)]);
    any_failed  boolean := false;
    stored_at   bigint[];          -- by append: where this very append was stored by an earlier sending of the call
    positions   bigint[];
    writes_ring smallint;
    found_row   record;
begin
    perform log.lock_v1();
    select e.position, e.recorded_at into base, recorded from log.events e order by e.position desc limit 1;
    base := coalesce(base, 0);
    recorded := greatest(clock_timestamp(), recorded);
    this_epoch := log.current_epoch_v1(base, recorded);

    -- Keys first: whoever holds a key is answered from it, whatever the streams look like by now.
    for found_row in select k.place, k.held from log.held_keys_v1(command_ids, instances) k loop
        -- Put by this same append: it is stored, and what was decided on it stands. Else it failed.
        if (found_row.held).append_id = append_ids[found_row.place] then
            stored_at[found_row.place] := (found_row.held).position;
        else
            failed[found_row.place] := true;
        end if;
        return query select found_row.place::integer, 'held'::text, (found_row.held).position, this_epoch, found_row.held, null::text, null::text;
        any_failed := true;
    end loop;

    -- Then heads, as (sequence, event id): a number alone would also be met by an event that somebody else wrote there.
    for found_row in
        select distinct on (u.append) u.append, u.aggregate_type, u.aggregate_id
        from unnest(head_appends, head_types, head_ids, head_sequences, head_event_ids)
             as u(append, aggregate_type, aggregate_id, sequence, event_id)
        left join lateral (
            select e.sequence, e.event_id from log.events e
            where e.aggregate_type = u.aggregate_type and e.aggregate_id = u.aggregate_id
            order by e.sequence desc limit 1
        ) head on true
        where (coalesce(head.sequence, 0) <> u.sequence or head.event_id is distinct from u.event_id)
          and not failed[u.append] and stored_at[u.append] is null
        order by u.append
    loop
        failed[found_row.append] := true;
        any_failed := true;
        return query select found_row.append, 'conflict'::text, null::bigint, this_epoch, null::log.held_key,
                            found_row.aggregate_type, found_row.aggregate_id;
    end loop;

    -- An append whose predecessor failed was decided on what never happened. Pairs come in order, so one pass finds whole chains.
    if any_failed and cardinality(dependents) > 0 then
        for found_row in select u.dependent, u.predecessor from unnest(dependents, predecessors) as u(dependent, predecessor) loop
            if failed[found_row.predecessor] and not failed[found_row.dependent] and stored_at[found_row.dependent] is null then
                failed[found_row.dependent] := true;
                return query select found_row.dependent, 'undone'::text, null::bigint, this_epoch, null::log.held_key, null::text, null::text;
            end if;
        end loop;
    end if;

    -- From here on `failed` also covers what is stored already.
    if stored_at is not null then
        for found_row in select u.n from unnest(append_ids) with ordinality u(id, n) where stored_at[u.n] is not null loop
            failed[found_row.n] := true;
        end loop;
    end if;

    select array_agg(placed.last order by placed.n), max(placed.last) into positions, head_after
    from (
        select u.n, base + sum(case when failed[u.n] then 0 else u.events end) over (order by u.n) as last
        from unnest(event_counts) with ordinality u(events, n)
    ) placed;

    -- A call that is sent again: what was decided on an append that is stored since the first time, and writes nothing itself, is true there,
    -- and no longer here if the same stream moved on behind it.
    if stored_at is not null then
        for found_row in
            select u.dependent, max(stored_at[u.predecessor]) as stored
            from unnest(dependents, predecessors) as u(dependent, predecessor)
            where not failed[u.dependent] and event_counts[u.dependent] = 0 and stored_at[u.predecessor] is not null
            group by u.dependent
        loop
            positions[found_row.dependent] := found_row.stored;
        end loop;
    end if;

    insert into log.events (position, event_id, aggregate_type, aggregate_id, sequence, partition_key,
                            event_type, event_version, payload, metadata, recorded_at)
    select base + row_number() over (order by u.n), u.event_id, u.aggregate_type, u.aggregate_id, u.sequence, u.partition_key,
           u.event_type, u.event_version, u.payload::json, u.metadata::json, recorded
    from unnest(event_appends, event_ids, event_stream_types, event_stream_ids, event_sequences, partition_keys,
                event_types, event_versions, payloads, metadatas) with ordinality
         as u(append, event_id, aggregate_type, aggregate_id, sequence, partition_key, event_type, event_version, payload, metadata, n)
    where not failed[u.append];

    select r.active into writes_ring from log.key_ring r;
    if writes_ring = 0 then
        insert into log.command_keys_0
        select u.command_id, u.fingerprint, u.append_id, u.status, u.own_type, u.own_id, u.own_version, this_epoch, positions[u.n],
               u.events::integer, u.refusal::json, recorded
        from unnest(append_ids, command_ids, instances, fingerprints, statuses, own_types, own_ids, own_versions, refusals, event_counts)
             with ordinality as u(append_id, command_id, instance, fingerprint, status, own_type, own_id, own_version, refusal, events, n)
        where u.command_id is not null and u.instance is null and not failed[u.n];
    else
        insert into log.command_keys_1
        select u.command_id, u.fingerprint, u.append_id, u.status, u.own_type, u.own_id, u.own_version, this_epoch, positions[u.n],
               u.events::integer, u.refusal::json, recorded
        from unnest(append_ids, command_ids, instances, fingerprints, statuses, own_types, own_ids, own_versions, refusals, event_counts)
             with ordinality as u(append_id, command_id, instance, fingerprint, status, own_type, own_id, own_version, refusal, events, n)
        where u.command_id is not null and u.instance is null and not failed[u.n];
    end if;
    if cardinality(array_remove(instances, null)) > 0 then
        insert into log.process_keys
        select u.instance, u.command_id, u.fingerprint, u.append_id, u.status, u.own_type, u.own_id, u.own_version, this_epoch, positions[u.n],
               u.events::integer, u.refusal::json, recorded
        from unnest(append_ids, command_ids, instances, fingerprints, statuses, own_types, own_ids, own_versions, refusals, event_counts)
             with ordinality as u(append_id, command_id, instance, fingerprint, status, own_type, own_id, own_version, refusal, events, n)
        where u.instance is not null and not failed[u.n];
    end if;

    -- One word to the listeners per call; none when their queue fills up, which would fail the commit: they also poll.
    if head_after > base and pg_notification_queue_usage() < 0.5 then
        perform pg_notify('orderly_events', this_epoch || '-' || head_after);
    end if;

    return query select u.n::integer, 'done'::text, u.last, this_epoch, null::log.held_key, null::text, null::text
                 from unnest(positions) with ordinality u(last, n)
                 where not failed[u.n];
end
$$;

-- Takes the log's lock and reads, for the commands that are to be decided under it, their keys and the tails of their streams: what is
-- decided on this and appended in the same transaction cannot conflict. A head that is not (any more) where the caller knows it answers the
-- whole stream. The caller goes on to append_v1 and commits; idle_in_transaction_session_timeout bounds how long it may think.
--
-- Rows: one 'key' per key that is held (`place` in the commands), one 'head' per stream (`place` in the streams; `sequence` 0 = it does not exist;
-- `known` says whether the tail follows on the known head), and the tail's 'event's in order of sequence.
create function log.lock_and_read_v1(
    command_ids      uuid[],
    instances        text[],
    stream_types     text[],
    stream_ids       text[],
    known_sequences  bigint[],
    known_event_ids  uuid[]
) returns table (
    kind             text,
    place            integer,
    epoch            bigint,
    held             log.held_key,
    known            boolean,
    "position"       bigint,
    event_id         uuid,
    sequence         bigint,
    event_type       text,
    event_version    text,
    payload          json
)
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
#variable_conflict use_column
declare
    base        bigint;
    recorded    timestamptz;
    this_epoch  bigint;
begin
    perform log.lock_v1();
    select e.position, e.recorded_at into base, recorded from log.events e order by e.position desc limit 1;
    this_epoch := log.current_epoch_v1(coalesce(base, 0), greatest(clock_timestamp(), recorded));

    return query
        select 'key', k.place::integer, this_epoch, k.held, null::boolean, null::bigint, null::uuid, null::bigint, null::text, null::text, null::json
        from log.held_keys_v1(command_ids, instances) k;
    return query
        with streams as materialized (
            select u.n::integer as n, u.aggregate_type, u.aggregate_id, u.sequence,
                   u.sequence = 0 or coalesce((select e.event_id = u.event_id from log.events e
                       where e.aggregate_type = u.aggregate_type and e.aggregate_id = u.aggregate_id and e.sequence = u.sequence), false) as known
            from unnest(stream_types, stream_ids, known_sequences, known_event_ids) with ordinality
                 as u(aggregate_type, aggregate_id, sequence, event_id, n)
        ), heads as (
            select 'head', s.n, this_epoch, null::log.held_key, s.known, coalesce(base, 0), head.event_id, coalesce(head.sequence, 0) as sequence,
                   null::text, null::text, null::json
            from streams s
            left join lateral (
                select e.event_id, e.sequence from log.events e
                where e.aggregate_type = s.aggregate_type and e.aggregate_id = s.aggregate_id
                order by e.sequence desc limit 1
            ) head on true
        ), tails as (
            select 'event', s.n, this_epoch, null::log.held_key, null::boolean, e.position, e.event_id, e.sequence,
                   e.event_type, e.event_version, e.payload
            from streams s
            cross join lateral (
                select t.position, t.event_id, t.sequence, t.event_type, t.event_version, t.payload from log.events t
                where t.aggregate_type = s.aggregate_type and t.aggregate_id = s.aggregate_id
                  and t.sequence > case when s.known then s.sequence else 0 end
                order by t.sequence
            ) e
        )
        select * from heads union all select * from tails;
end
$$;

-- Makes the other key partition the one that is written, emptied, once the present one is as old as the retention. Under the log's lock, so
-- no append probes while it is emptied. Answers whether it did.
create function log.turn_key_ring_v1(retention interval) returns boolean language plpgsql volatile as $$
declare
    ring record;
begin
    perform log.lock_v1();
    select r.active, r.since into ring from log.key_ring r;
    if ring.since > clock_timestamp() - retention then
        return false;
    end if;
    if ring.active = 0 then
        truncate log.command_keys_1;
    else
        truncate log.command_keys_0;
    end if;
    update log.key_ring set active = 1 - ring.active, since = clock_timestamp();
    return true;
end
$$;
