-- What the group roles may do, where they exist (0101_roles.sql says when they don't). The writer lacks UPDATE, DELETE and TRUNCATE on events:
-- the trigger is the second lock.
do $$
declare
    table_name text;
begin
    if to_regrole('orderly_owner') is null or to_regrole('orderly_writer') is null or to_regrole('orderly_reader') is null then
        raise notice 'the roles orderly_owner, orderly_writer and orderly_reader are not all there: nothing was granted to them';
        return;
    end if;

    revoke all on schema log, vault from public;
    revoke execute on all functions in schema log from public;

    grant usage on schema log to orderly_writer, orderly_reader;
    grant select on all tables in schema log to orderly_writer, orderly_reader;
    grant execute on all functions in schema log to orderly_writer;
    grant execute on function log.position_at_v1(timestamptz), log.server_identity_v1() to orderly_reader;
    grant insert on log.events, log.epochs, log.command_keys_0, log.command_keys_1, log.process_keys, log.snapshots, log.counters to orderly_writer;
    grant update on log.key_ring, log.snapshots, log.counters to orderly_writer;
    grant delete on log.process_keys, log.snapshots to orderly_writer;
    grant truncate on log.command_keys_0, log.command_keys_1 to orderly_writer;

    -- Readers of the log see sealed boxes only; opening them is the writer's and projector's business.
    grant usage on schema vault to orderly_writer;
    grant select, insert, delete on vault.subject_keys to orderly_writer;
    grant select, insert on vault.erasures to orderly_writer;

    if pg_has_role(current_user, 'orderly_owner', 'member') then
        alter schema log owner to orderly_owner;
        alter schema vault owner to orderly_owner;
        for table_name in
            select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('log', 'vault')
        loop
            execute format('alter table %s owner to orderly_owner', table_name);
        end loop;
    else
        raise notice '% is not a member of orderly_owner: the log stays its own', current_user;
    end if;
end
$$;
