create table customers (
    key               text        collate "C" primary key,
    id                uuid        not null,
    channel           text,
    reference         text,
    tier              text        not null,
    status            text        not null,
    suspension_reason text,
    name              text,
    email             text,
    phone             text,
    address           jsonb,
    attributes        jsonb,
    registered_at     timestamptz not null,
    updated_at        timestamptz not null,
    version           bigint      not null
);
