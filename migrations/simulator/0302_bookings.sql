-- A booking is an operation of its own: looked up and called off by its id. Those from before were called by their parcel's.
alter table simulator.reports drop constraint reports_shipment_fkey;
alter table simulator.parcels rename to bookings;
alter table simulator.bookings add column operation uuid, add column delivers_at timestamptz, add column canceled_at timestamptz;
update simulator.bookings b set operation = shipment,
       delivers_at = coalesce((select r.due_at from simulator.reports r where r.shipment = b.shipment limit 1), booked_at);
alter table simulator.bookings drop constraint parcels_pkey, add primary key (operation),
    -- One that was called off before it was heard of has no more than its name.
    alter column order_id drop not null, alter column fingerprint drop not null, alter column tracking drop not null;
-- A parcel has one booking at a time.
create unique index bookings_standing on simulator.bookings (shipment) where canceled_at is null;
create index reports_shipment on simulator.reports (shipment);
