create table products (
    key          text        collate "C" primary key,
    sku          text        collate "C" not null,
    name         text        not null,
    category     text        not null,
    shippable    boolean     not null,
    status       text        not null,
    prices       jsonb       not null,
    weight_grams bigint,
    updated_at   timestamptz not null
);
