-- Orders are followed in parts, each with its own checkpoint and lease, so that several programs share them. Their rows stand beside the one that older programs
-- know (`order_fulfillment`), which is kept from them for ever: whoever makes the parts takes over where it stood.

-- The part of an order: the part of the log that its events fall into (event_store::Filter::partition).
create function process.part_v1(order_id uuid, parts integer) returns integer language sql immutable parallel safe as $$
    select (('x' || left(md5(order_id::text), 8))::bit(32)::bigint % parts)::integer
$$;

-- The programs that take part, each as long as it says so.
create table process.members (
    holder     text        primary key,
    seen_until timestamptz not null
);

-- Programs read the log at their own pace: what one has learned of a warehouse is not undone by one that is behind.
alter table process.warehouses add column position bigint not null default 0;

do $$
begin
    if to_regrole('orderly_writer') is null or to_regrole('orderly_reader') is null then
        return;
    end if;
    grant select on process.members to orderly_writer, orderly_reader;
    grant insert, update, delete on process.members to orderly_writer;
    grant execute on function process.part_v1(uuid, integer) to orderly_writer, orderly_reader;
end
$$;
