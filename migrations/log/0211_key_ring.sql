-- Turning the ring of keys waits for nobody while it holds the log's lock: a long reader of the partition to be emptied (a backup) would keep every append
-- waiting behind it. Then it is tried again at the next look. Whether it is due is looked at before the lock is taken.
create or replace function log.turn_key_ring_v1(retention interval) returns boolean language plpgsql volatile as $$
declare
    ring record;
begin
    if (select r.since from log.key_ring r) > clock_timestamp() - retention then
        return false;
    end if;
    perform log.lock_v1();
    select r.active, r.since into ring from log.key_ring r;
    if ring.since > clock_timestamp() - retention then
        return false;
    end if;
    perform set_config('lock_timeout', '100ms', true);
    if ring.active = 0 then
        truncate log.command_keys_1;
    else
        truncate log.command_keys_0;
    end if;
    update log.key_ring set active = 1 - ring.active, since = clock_timestamp();
    return true;
end
$$;

-- A server may come back to an identity that it had before (a fail-over and back to a restored copy): that is a new epoch like any other.
alter table log.epochs drop constraint epochs_system_identifier_timeline_key;
