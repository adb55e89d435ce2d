create table sales (
    key        text        collate "C" primary key,
    order_id   uuid        not null,
    day        date        not null,
    currency   text        not null,
    units      bigint      not null,
    net        numeric     not null,
    tax        numeric     not null,
    shipping   numeric     not null,
    categories jsonb       not null,
    updated_at timestamptz not null
);
