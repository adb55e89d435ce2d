//! The saga as a table: an event, and what is to be done because of it. Every event is delivered twice; the second time nothing follows.

mod bookings;
mod story;
mod table;
mod world;
