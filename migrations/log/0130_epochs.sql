-- An epoch is one unbroken history. A server that was restored elsewhere or promoted may have lost its tail and give the same positions to
-- other events: it shows as another system identifier or timeline, and starts the next epoch at its first append.
create table log.epochs (
    epoch             bigint      primary key check (epoch > 0),
    system_identifier bigint      not null,
    timeline          bigint      not null,
    first_position    bigint      not null,                -- the first that may differ from what an earlier epoch called so
    started_at        timestamptz not null,
    unique (system_identifier, timeline)
);

-- The server's identity now. The timeline is read from the WAL's insert position: the control file still shows the old one until the first
-- checkpoint after a promotion.
create function log.server_identity_v1(out system_identifier bigint, out timeline bigint)
language sql stable as $$
    select c.system_identifier,
           ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::bigint
    from pg_control_system() c
$$;

-- The epoch of this server, started if it is new. Only under the log's lock.
create function log.current_epoch_v1(base bigint, now_recorded timestamptz) returns bigint
language plpgsql volatile as $$
declare
    server record;
    latest record;
begin
    select * into server from log.server_identity_v1();
    select e.epoch, e.system_identifier, e.timeline into latest from log.epochs e order by e.epoch desc limit 1;
    if latest.system_identifier = server.system_identifier and latest.timeline = server.timeline then
        return latest.epoch;
    end if;
    insert into log.epochs (epoch, system_identifier, timeline, first_position, started_at)
    values (coalesce(latest.epoch, 0) + 1, server.system_identifier, server.timeline, base + 1, now_recorded);
    return coalesce(latest.epoch, 0) + 1;
end
$$;
