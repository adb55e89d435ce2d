-- What belongs to a read model, and not to one of its generations: it outlives every swap.
create schema if not exists read_models;

create table if not exists read_models.models (
    name   text    primary key,
    paused boolean not null default false, -- it was told to wait
    fences bigint  not null default 0      -- how many ranges of fences were given out
);
