use sqlx::{PgConnection, Row};

use crate::fixture::TestDatabase;

/// One append of one event on a new stream with a key, as SQL.
const APPEND: &str = "select outcome from log.append_v1(
    array[gen_random_uuid()], array[gen_random_uuid()], array[null]::text[], array['\\x00'::bytea], array['appended'], array['t'], array[$1],
    array[1::bigint], array[null]::text[], array[1::bigint],
    array[1], array['t'], array[$1], array[0::bigint], array[null]::uuid[], '{}', '{}',
    array[1], array[gen_random_uuid()], array['t'], array[$1], array[1::bigint], array[$1], array['t.e'], array['1'], array['{}'], array['{}'])";

/// The same with the function that is called where nothing is in the way, and otherwise hands over to the other.
const APPEND_AT_ONCE: &str = "select outcome from log.append_v2(
    array[gen_random_uuid()], array[gen_random_uuid()], array[null]::text[], array['\\x00'::bytea], array['appended'], array['t'], array[$1],
    array[1::bigint], array[null]::text[], array[1::bigint], array[1::bigint], array['{}'],
    array[1], array['t'], array[$1], array[0::bigint], array[null]::uuid[], '{}', '{}',
    array[1], array[gen_random_uuid()], array['t'], array[$1], array[1::bigint], array[$1], array['t.e'], array['1'], array['{}'])";

async fn append(connection: &mut PgConnection, sql: &'static str, id: &str) -> String {
    sqlx::query_scalar(sql).bind(id).fetch_one(connection).await.unwrap()
}

/// Sequential scans of the big tables in this transaction so far.
async fn sequential_scans(connection: &mut PgConnection) -> i64 {
    sqlx::query_scalar(
        "select coalesce(sum(seq_scan), 0)::bigint from pg_stat_xact_user_tables
         where schemaname = 'log' and relname in ('events', 'command_keys_0', 'command_keys_1', 'process_keys')",
    )
    .fetch_one(connection)
    .await
    .unwrap()
}

#[tokio::test]
async fn appends_use_indexes_on_empty_tables_and_on_large_ones_without_planning_anew() {
    for (sql, done) in [(APPEND, "done"), (APPEND_AT_ONCE, "stored")] {
        probe_indexes(sql, done).await;
    }
}

async fn probe_indexes(sql: &'static str, done: &str) {
    let database = TestDatabase::create().await;
    let mut connection = database.connection().await;
    sqlx::raw_sql("begin").execute(&mut connection).await.unwrap();
    // More than five: from then on the plans are generic and stay what they were on empty tables.
    for n in 0..8 {
        assert_eq!(append(&mut connection, sql, &format!("early-{n}")).await, done);
    }
    assert_eq!(sequential_scans(&mut connection).await, 0, "on empty tables");
    sqlx::raw_sql(
        "insert into log.events select 8 + n, gen_random_uuid(), 't', 'many-' || n, 1, '', 't.e', '1', '{}', '{}', now() from generate_series(1, 20000) n;
         insert into log.command_keys_0
             select gen_random_uuid(), '', gen_random_uuid(), 'appended', 't', 'x', 1, 1, 1, 1, null, now() from generate_series(1, 20000);",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let before = sequential_scans(&mut connection).await;
    for n in 0..3 {
        assert_eq!(append(&mut connection, sql, &format!("late-{n}")).await, done);
        assert_eq!(append(&mut connection, sql, &format!("many-{}", n + 1)).await, "conflict");
    }
    assert_eq!(sequential_scans(&mut connection).await - before, 0, "on large tables");
}

#[tokio::test]
async fn only_read_committed_may_append() {
    let database = TestDatabase::create().await;
    let mut connection = database.connection().await;
    sqlx::raw_sql("begin isolation level repeatable read").execute(&mut connection).await.unwrap();
    let refused = sqlx::query(APPEND).bind("a").fetch_all(&mut connection).await.unwrap_err();
    assert_eq!(refused.as_database_error().and_then(|error| error.code()).as_deref(), Some("OE002"), "{refused}");
    sqlx::raw_sql("rollback; begin isolation level repeatable read").execute(&mut connection).await.unwrap();
    let refused = sqlx::query(APPEND_AT_ONCE).bind("a").fetch_all(&mut connection).await.unwrap_err();
    assert_eq!(refused.as_database_error().and_then(|error| error.code()).as_deref(), Some("OE002"), "{refused}");
}

#[tokio::test]
async fn the_application_can_add_events_and_not_change_them() {
    let database = TestDatabase::create().await;
    let may = |role: &'static str, right: &'static str| {
        let connection = database.connection();
        async move {
            let row = sqlx::query("select has_table_privilege($1, 'log.events', $2) as may").bind(role).bind(right);
            row.fetch_one(&mut connection.await).await.unwrap().get::<bool, _>("may")
        }
    };
    assert!(may("orderly_writer", "insert").await && may("orderly_writer", "select").await && may("orderly_reader", "select").await);
    for right in ["update", "delete", "truncate"] {
        assert!(!may("orderly_writer", right).await && !may("orderly_reader", right).await, "{right}");
    }
    assert!(!may("orderly_reader", "insert").await);
}

#[tokio::test]
async fn the_ring_of_keys_turns_after_the_retention_and_forgets_the_older_half() {
    let database = TestDatabase::create().await;
    let mut connection = database.connection().await;
    append(&mut connection, APPEND_AT_ONCE, "first").await;
    let turn = "select log.turn_key_ring_v1($1::text::interval)";
    let counts = "select array[(select count(*) from log.command_keys_0), (select count(*) from log.command_keys_1)]";
    assert!(!sqlx::query_scalar::<_, bool>(turn).bind("1 day").fetch_one(&mut connection).await.unwrap());
    assert!(sqlx::query_scalar::<_, bool>(turn).bind("0").fetch_one(&mut connection).await.unwrap());
    append(&mut connection, APPEND_AT_ONCE, "second").await;
    assert_eq!(sqlx::query_scalar::<_, Vec<i64>>(counts).fetch_one(&mut connection).await.unwrap(), [1, 1]);
    assert!(sqlx::query_scalar::<_, bool>(turn).bind("0").fetch_one(&mut connection).await.unwrap());
    assert_eq!(sqlx::query_scalar::<_, Vec<i64>>(counts).fetch_one(&mut connection).await.unwrap(), [0, 1]);
}

#[tokio::test]
async fn migrating_again_changes_nothing() {
    let database = TestDatabase::create().await;
    event_store::migrate(&database.url).await.unwrap();
    let applied: i64 =
        sqlx::query_scalar("select max(version) from log.migrations").fetch_one(&mut database.connection().await).await.unwrap();
    assert_eq!(applied, event_store::schema_version());
}

/// The tests' login is a superuser, who may do anything: the log's own sessions may not.
#[tokio::test]
async fn the_logs_own_sessions_cannot_change_events_whoever_logged_in() {
    let database = TestDatabase::create().await;
    let store = database.open().await;
    for change in ["update log.events set sequence = 2", "delete from log.events", "truncate log.events"] {
        let refused = sqlx::query(change).execute(store.pool()).await.unwrap_err();
        assert_eq!(refused.as_database_error().and_then(|error| error.code()).as_deref(), Some("42501"), "{change}: {refused}");
    }
    let limits = "select array[current_setting('statement_timeout'), current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout')]";
    let limits: Vec<String> = sqlx::query_scalar(limits).fetch_one(store.pool()).await.unwrap();
    assert_eq!(limits, ["5s"; 3]);
    store.close().await;
}

#[tokio::test]
async fn a_ring_of_keys_that_is_being_read_is_turned_later() {
    let database = TestDatabase::create().await;
    let mut connection = database.connection().await;
    let mut backup = database.connection().await;
    sqlx::raw_sql("begin; select * from log.command_keys_1").execute(&mut backup).await.unwrap();
    let turned = sqlx::query("select log.turn_key_ring_v1('0')").execute(&mut connection).await.unwrap_err();
    assert_eq!(turned.as_database_error().and_then(|error| error.code()).as_deref(), Some("55P03"), "{turned}");
    assert_eq!(append(&mut connection, APPEND, "a").await, "done");
    assert_eq!(append(&mut connection, APPEND_AT_ONCE, "b").await, "stored");
    sqlx::raw_sql("commit").execute(&mut backup).await.unwrap();
    assert!(sqlx::query_scalar::<_, bool>("select log.turn_key_ring_v1('0')").fetch_one(&mut connection).await.unwrap());
}
