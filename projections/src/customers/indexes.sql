create index customers_by_reference on customers (channel, reference);
create index customers_by_email on customers (lower(email));
