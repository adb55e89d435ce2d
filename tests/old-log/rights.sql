-- What `first.sql.gz` leaves out of the migrations up to 0220: who may do what, besides what 0101 and 0190 say themselves.
grant select, insert on vault.key_checks to orderly_writer;
revoke all on schema process from public;
grant usage on schema process to orderly_writer, orderly_reader;
grant select on all tables in schema process to orderly_writer, orderly_reader;
grant insert, update, delete on all tables in schema process to orderly_writer;
