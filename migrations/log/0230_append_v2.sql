-- Appends, as append_v1 does, in as few statements as the common case needs: no key is held and every head is where it was decided on. Then every append
-- of the call is stored, and one row says so: `stored`, with the position before the first event, from which the caller counts. Whatever is in the
-- way of one of them is append_v1's to tell, word by word as before, under the same lock: nothing was written until then.
--
-- Why that is the same: with no key held and no head moved, append_v1 fails no append, finds none stored by an earlier sending, and gives the events
-- of the call the positions behind the last, in their order. Heads that an earlier append of the call writes are met, since that one is stored.
-- Beside append_v1, which programs that run already go on calling.
create function log.append_v2(
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
    event_sums       bigint[],     -- event counts up to and with this one
    metadatas        text[],       -- of all events of the append
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
    payloads         text[]
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
    base        bigint;            -- the last position before this call
    recorded    timestamptz;
    this_epoch  bigint;
    of_processes integer := cardinality(array_remove(instances, null));
    of_clients  integer := cardinality(array_remove(command_ids, null)) - of_processes;
    metadata_of json[];
    in_the_way  boolean := false;
begin
    perform log.lock_v1();
    select e.position, e.recorded_at into base, recorded from log.events e order by e.position desc limit 1;
    base := coalesce(base, 0);
    recorded := greatest(clock_timestamp(), recorded);
    this_epoch := log.current_epoch_v1(base, recorded);

    -- Each probe is a lateral with limit 1 under the planner settings above: a plan made while a table was empty must not stay a sequential scan.
    if of_clients > 0 then
        in_the_way := exists (
            select from unnest(command_ids, instances) as u(command_id, instance)
            cross join lateral (
                (select from log.command_keys_0 k where k.command_id = u.command_id limit 1)
                union all
                (select from log.command_keys_1 k where k.command_id = u.command_id limit 1)
                limit 1
            ) found
            where u.command_id is not null and u.instance is null);
    end if;
    if of_processes > 0 and not in_the_way then
        in_the_way := exists (
            select from unnest(command_ids, instances) as u(command_id, instance)
            cross join lateral (select from log.process_keys k where k.command_id = u.command_id limit 1) found
            where u.instance is not null);
    end if;
    -- Heads, as (sequence, event id): a number alone would also be met by an event that somebody else wrote there. Probed from the known sequence on:
    -- what stands before it on the same index page, on a hot stream dozens of entries, need not be looked at.
    if not in_the_way then
        in_the_way := exists (
            select from unnest(head_types, head_ids, head_sequences, head_event_ids) as u(aggregate_type, aggregate_id, sequence, event_id)
            left join lateral (
                select e.sequence, e.event_id from log.events e
                where e.aggregate_type = u.aggregate_type and e.aggregate_id = u.aggregate_id and e.sequence >= u.sequence
                order by e.sequence desc limit 1
            ) head on true
            where coalesce(head.sequence, 0) <> u.sequence or head.event_id is distinct from u.event_id);
    end if;
    if in_the_way then
        return query
            select * from log.append_v1(
                append_ids, command_ids, instances, fingerprints, statuses, own_types, own_ids, own_versions, refusals, event_counts,
                head_appends, head_types, head_ids, head_sequences, head_event_ids, dependents, predecessors,
                event_appends, event_ids, event_stream_types, event_stream_ids, event_sequences, partition_keys, event_types, event_versions, payloads,
                (select array_agg(metadatas[u.append] order by u.n) from unnest(event_appends) with ordinality as u(append, n)));
        return;
    end if;

    if cardinality(event_ids) > 0 then
        metadata_of := metadatas::json[];
        insert into log.events (position, event_id, aggregate_type, aggregate_id, sequence, partition_key,
                                event_type, event_version, payload, metadata, recorded_at)
        select base + u.n, u.event_id, u.aggregate_type, u.aggregate_id, u.sequence, u.partition_key,
               u.event_type, u.event_version, u.payload::json, metadata_of[u.append], recorded
        from unnest(event_appends, event_ids, event_stream_types, event_stream_ids, event_sequences, partition_keys,
                    event_types, event_versions, payloads) with ordinality
             as u(append, event_id, aggregate_type, aggregate_id, sequence, partition_key, event_type, event_version, payload, n);
    end if;

    if of_clients > 0 then
        if (select r.active from log.key_ring r) = 0 then
            insert into log.command_keys_0
            select u.command_id, u.fingerprint, u.append_id, u.status, u.own_type, u.own_id, u.own_version, this_epoch, base + u.event_sum,
                   u.events::integer, u.refusal::json, recorded
            from unnest(append_ids, command_ids, instances, fingerprints, statuses, own_types, own_ids, own_versions, refusals, event_counts, event_sums)
                 as u(append_id, command_id, instance, fingerprint, status, own_type, own_id, own_version, refusal, events, event_sum)
            where u.command_id is not null and u.instance is null;
        else
            insert into log.command_keys_1
            select u.command_id, u.fingerprint, u.append_id, u.status, u.own_type, u.own_id, u.own_version, this_epoch, base + u.event_sum,
                   u.events::integer, u.refusal::json, recorded
            from unnest(append_ids, command_ids, instances, fingerprints, statuses, own_types, own_ids, own_versions, refusals, event_counts, event_sums)
                 as u(append_id, command_id, instance, fingerprint, status, own_type, own_id, own_version, refusal, events, event_sum)
            where u.command_id is not null and u.instance is null;
        end if;
    end if;
    if of_processes > 0 then
        insert into log.process_keys
        select u.instance, u.command_id, u.fingerprint, u.append_id, u.status, u.own_type, u.own_id, u.own_version, this_epoch, base + u.event_sum,
               u.events::integer, u.refusal::json, recorded
        from unnest(append_ids, command_ids, instances, fingerprints, statuses, own_types, own_ids, own_versions, refusals, event_counts, event_sums)
             as u(append_id, command_id, instance, fingerprint, status, own_type, own_id, own_version, refusal, events, event_sum)
        where u.instance is not null;
    end if;

    -- One word to the listeners per call; none when their queue fills up, which would fail the commit: they also poll.
    if cardinality(event_ids) > 0 and pg_notification_queue_usage() < 0.5 then
        perform pg_notify('orderly_events', this_epoch || '-' || base + cardinality(event_ids));
    end if;
    place := 0;
    outcome := 'stored';
    "position" := base;
    epoch := this_epoch;
    return next;
end
$$;

do $$
begin
    if to_regrole('orderly_owner') is null or to_regrole('orderly_writer') is null or to_regrole('orderly_reader') is null then
        return;
    end if;
    revoke execute on all functions in schema log from public;
    grant execute on all functions in schema log to orderly_writer;
end
$$;
