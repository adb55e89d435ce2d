with parcel as (
    insert into simulator.parcels (shipment, order_id, fingerprint, tracking)
    values ($1, $2, $3, $4)
    on conflict (shipment) do nothing
    returning shipment
)
insert into simulator.reports (event_id, shipment, body, due_at, copies_left)
select $5, shipment, $6, now() + $7 * interval '1 millisecond', $8 from parcel
