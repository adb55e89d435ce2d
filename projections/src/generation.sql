-- What each generation of a read model has beside its table and its checkpoint.
create table dead_letters (
    number     bigint      generated always as identity,
    key        text        collate "C" not null, -- of the row that the event could not be folded into
    position   bigint      not null,
    event_id   uuid        not null,
    event_type text        not null,
    cause      text,                             -- of the first letter of a key; what follows it waits behind it
    parked_at  timestamptz not null default now(),
    primary key (key, position)
);

create table control (
    one_row    boolean     primary key default true check (one_row),
    paused     boolean     not null default false, -- for older programs: as read_models.models had it at the last pause or resume
    drop_after timestamptz                       -- of a generation that was live: when it need not be kept any more
);

insert into control default values;
