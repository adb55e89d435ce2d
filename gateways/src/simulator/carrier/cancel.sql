-- A booking stands until it is called off or its parcel has arrived: whatever is being reported is too late to be called off. Answers whether it stands.
with gone as (
    delete from simulator.reports r using simulator.bookings b
     where b.shipment = $2 and b.canceled_at is null and b.delivers_at > clock_timestamp()
       and r.shipment = b.shipment and r.attempts = 0 and r.due_at > clock_timestamp()
    returning b.operation
), called_off as (
    update simulator.bookings set canceled_at = clock_timestamp() where operation in (select operation from gone)
), standing as (
    select from simulator.bookings where shipment = $2 and canceled_at is null and operation not in (select operation from gone)
), shut as (
    insert into simulator.bookings (operation, shipment, canceled_at)
    select $1, $2, clock_timestamp() where not exists (select from standing) and $1 not in (select operation from gone)
    on conflict do nothing
)
select exists (select from standing)
