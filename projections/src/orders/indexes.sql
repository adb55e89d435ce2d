create index orders_by_number on orders (number);
create index orders_by_reference on orders (reference, channel);
create index orders_by_time on orders (placed_at desc, key desc);
create index orders_by_customer on orders (customer_id, placed_at desc, key desc);
create index orders_by_status on orders (status, placed_at desc, key desc);
