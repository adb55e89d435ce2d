with booking as (
    insert into simulator.bookings (operation, shipment, order_id, fingerprint, tracking, delivers_at)
    values ($1, $2, $3, $4, $5, clock_timestamp() + $6 * interval '1 millisecond')
    on conflict do nothing
    returning shipment
)
insert into simulator.reports (event_id, shipment, body, due_at, copies_left)
select $7, shipment, $8, clock_timestamp() + $9 * interval '1 millisecond', $10 from booking
