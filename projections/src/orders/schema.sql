-- json, not jsonb: what no query looks into is taken and given as it is written, which costs a fraction.

-- What moves: small, since it is written several times for each order.
create table orders (
    key                text        collate "C" primary key,
    status             text        not null,
    payment_status     text        not null,
    fulfillment_status text        not null,
    placed_at          timestamptz not null, -- as in order_terms: lists of a status are in its order
    updated_at         timestamptz not null,
    version            bigint      not null,
    reason_code        text,
    reason_message     text,
    currency           text        not null,
    due                numeric     not null,
    authorized         numeric     not null,
    captured           numeric     not null,
    shipping_minor     bigint      not null,
    lines              json        not null, -- lists, by line: how far its units are
    attempts           json        not null
) with (fillfactor = 70); -- room for the next versions of a row on its own page: no index is touched

-- What was frozen when it was placed.
create table order_terms (
    key             text        collate "C" not null,
    position        bigint      not null,
    number          text        collate "C" not null,
    channel         text,
    reference       text,
    customer_id     uuid        not null,
    tier            text        not null,
    currency        text        not null,
    goods           numeric     not null,
    tax             numeric     not null,
    shipping        numeric     not null,
    shipping_tax    numeric     not null,
    total           numeric     not null,
    placed_at       timestamptz not null,
    recorded_at     timestamptz not null,
    delivery        json        not null,
    billing_address json,
    lines           json        not null,
    primary key (key, position)
);

create table order_payments (
    key              text        collate "C" not null,
    part             text        collate "C" not null, -- the payment's id
    started_position bigint      not null,
    started_at       timestamptz not null,
    gateway          text        not null,
    state            text        not null,
    amount           numeric     not null,
    authorized       numeric     not null,
    captured         numeric     not null,
    released         numeric     not null,
    failure_code     text,
    figures          json        not null,
    primary key (key, part)
) with (fillfactor = 80);

create table order_shipments (
    key              text        collate "C" not null,
    part             text        collate "C" not null, -- the shipment's id
    planned_position bigint      not null,
    planned_at       timestamptz not null,
    state            text        not null,
    warehouse        text        not null,
    carrier          text,
    tracking         text,
    booking          text        not null, -- how far it is with a carrier
    lines            json        not null,
    dispatched_at    timestamptz,
    delivered_at     timestamptz,
    primary key (key, part)
) with (fillfactor = 80);

create table order_timeline (
    key      text        collate "C" not null,
    position bigint      not null,
    at       timestamptz not null,
    event    text        not null,
    actor    text        not null,
    note     text,
    primary key (key, position)
);

-- Steps of an order's process that wait for an operator: a row as long as one does.
create table order_parked (
    key   text collate "C" not null,
    part  text collate "C" not null, -- always the same: an order has one such row
    steps json not null,
    primary key (key, part)
);

-- Facts that contradict what the order says.
create table order_alerts (
    key      text        collate "C" not null,
    position bigint      not null,
    at       timestamptz not null,
    about    text        not null,
    code     text        not null,
    message  text        not null,
    primary key (key, position)
);
