-- Whoever writes the log also measures what would slow it down: the oldest snapshot of any session (it holds vacuum back) is only shown to those who
-- may see other sessions.
do $$
begin
    if to_regrole('orderly_writer') is not null then
        grant pg_read_all_stats to orderly_writer;
    end if;
exception
    when insufficient_privilege then
        raise notice '% may not grant pg_read_all_stats: until somebody does, the metric of the oldest snapshot shows only the log''s own sessions', current_user;
end
$$;
