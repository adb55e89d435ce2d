-- By what the keys of the log are known, without being told: a process that was given another key than the others is refused at its start. With a wrong master
-- key it would make keys that nobody else opens, with a wrong claim key it would hand out an address twice.
create table vault.key_checks (
    name  text  primary key check (name in ('master', 'claim')),
    value bytea not null                                 -- HMAC-SHA-256 of a constant under the key
);

do $$
begin
    if to_regrole('orderly_writer') is not null then
        grant select, insert on vault.key_checks to orderly_writer;
    end if;
end
$$;
