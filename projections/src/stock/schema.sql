create table stock (
    key        text        collate "C" primary key,
    warehouse  text        collate "C" not null,
    sku        text        collate "C" not null,
    on_hand    bigint      not null,
    reserved   bigint      not null,
    available  bigint      not null,
    received   bigint      not null,
    dispatched bigint      not null,
    updated_at timestamptz not null,
    version    bigint      not null
) with (fillfactor = 50); -- room for the next version of a row on its own page: no index is touched
