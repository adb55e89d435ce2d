-- The three group roles of the log: its owner, who may write it, who may read it. Logins are made members of them by whoever runs the
-- server; none of the three can log in. Roles belong to the cluster, so another database may have made them already, or be doing so now.
do $$
declare
    role_name text;
begin
    foreach role_name in array array['orderly_owner', 'orderly_writer', 'orderly_reader'] loop
        begin
            execute format('create role %I nologin', role_name);
        exception
            when duplicate_object or unique_violation then null;
            when insufficient_privilege then
                raise notice 'role % is missing and % may not create it: until a superuser runs "create role % nologin" and migrates again as a member of orderly_owner, only the owner of the tables can use the log',
                    role_name, current_user, role_name;
        end;
    end loop;
end
$$;
