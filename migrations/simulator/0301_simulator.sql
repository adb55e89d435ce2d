-- The books of the simulated payment gateway and carrier. They share nothing with the log but, perhaps, a server.

-- What was asked, once each, and what was answered for ever.
create table simulator.operations (
    operation   uuid        primary key,
    payment     uuid        not null,
    fingerprint bytea       not null,               -- of what was asked: the same operation with other content is refused
    result      text        not null check (result in ('authorized', 'declined', 'captured', 'capture_failed', 'voided', 'void_failed')),
    currency    text        not null,
    amount      numeric     not null,
    outcome     json        not null,
    recorded_at timestamptz not null default clock_timestamp()
);

-- How each payment stands.
create table simulator.accounts (
    payment     uuid        primary key,
    order_id    uuid,                               -- null: voided before it was ever authorized
    standing    json        not null
);
create index accounts_order on simulator.accounts (order_id);

-- First meetings with a fault that takes effect before the operation does: the second time it is let pass.
create table simulator.stumbles (
    operation   uuid        primary key,
    stumbled_at timestamptz not null default clock_timestamp()
);

-- Parcels in the carrier's hands.
create table simulator.parcels (
    shipment    uuid        primary key,
    order_id    uuid        not null,
    fingerprint bytea       not null,
    tracking    text        not null unique,
    booked_at   timestamptz not null default clock_timestamp()
);

-- What the carrier has to report, and how often still.
create table simulator.reports (
    event_id    uuid        primary key,
    shipment    uuid        not null references simulator.parcels,
    body        text        not null,
    due_at      timestamptz not null,
    copies_left smallint    not null check (copies_left >= 0),
    attempts    integer     not null default 0
);
create index reports_due on simulator.reports (due_at) where copies_left > 0;
