create table warehouses (
    key        text        collate "C" primary key,
    code       text        collate "C" not null,
    name       text        not null,
    priority   bigint      not null,
    status     text        not null,
    updated_at timestamptz not null
);
