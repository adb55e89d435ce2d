create index orders_by_status on orders (status, placed_at desc, key desc);
create index order_terms_by_number on order_terms (number);
create index order_terms_by_reference on order_terms (reference, channel);
create index order_terms_by_time on order_terms (placed_at desc, key desc);
create index order_terms_by_customer on order_terms (customer_id, placed_at desc, key desc);
