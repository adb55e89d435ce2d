with entered as (
    insert into simulator.operations (operation, payment, fingerprint, result, currency, amount, outcome)
    select * from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::text[], $5::text[], $6::numeric[], $7::json[])
)
insert into simulator.accounts (payment, order_id, standing)
select * from unnest($8::uuid[], $9::uuid[], $10::json[])
on conflict (payment) do update set order_id = excluded.order_id, standing = excluded.standing
