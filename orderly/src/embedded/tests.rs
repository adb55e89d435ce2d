use std::process::Command;
use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};

use super::{EmbeddedError, EmbeddedPostgres, postmaster};

const PASSWORD: &str = "secret";

async fn connect(server: &EmbeddedPostgres) -> PgConnection {
    PgConnection::connect(server.url()).await.unwrap()
}

async fn setting(connection: &mut PgConnection, name: &'static str) -> String {
    let query = format!("select current_setting('{name}')");
    sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(connection).await.unwrap()
}

async fn numbers(connection: &mut PgConnection) -> Vec<i32> {
    sqlx::query_scalar("select n from kept order by n").fetch_all(connection).await.unwrap()
}

fn kill_9(pid: u32) {
    assert!(Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success());
}

#[tokio::test]
async fn it_starts_durable_and_keeps_its_data() {
    let folder = tempfile::tempdir().unwrap();
    let server = EmbeddedPostgres::start(folder.path(), PASSWORD).await.unwrap();
    let mut connection = connect(&server).await;
    for name in ["fsync", "synchronous_commit", "full_page_writes"] {
        assert_eq!(setting(&mut connection, name).await, "on", "{name}");
    }
    sqlx::raw_sql("create table kept as select 1 as n").execute(&mut connection).await.unwrap();
    server.stop().await.unwrap();

    let again = EmbeddedPostgres::start(folder.path(), PASSWORD).await.unwrap();
    assert_eq!(numbers(&mut connect(&again).await).await, [1]);
    again.stop().await.unwrap();
}

#[tokio::test]
async fn a_killed_server_is_recovered() {
    let folder = tempfile::tempdir().unwrap();
    let server = EmbeddedPostgres::start(folder.path(), PASSWORD).await.unwrap();
    let mut connection = connect(&server).await;
    sqlx::raw_sql("create table kept as select 1 as n").execute(&mut connection).await.unwrap();
    let cluster = server.cluster.as_ref().unwrap().home.cluster();
    kill_9(postmaster::running(&cluster).unwrap().pid);
    drop(server);

    let again = EmbeddedPostgres::start(folder.path(), PASSWORD).await.unwrap();
    assert_eq!(numbers(&mut connect(&again).await).await, [1]);
    again.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_killed_while_it_is_used_is_started_again_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let server = EmbeddedPostgres::start(folder.path(), PASSWORD).await.unwrap();
    sqlx::raw_sql("create table kept as select 1 as n").execute(&mut connect(&server).await).await.unwrap();
    let (cluster, url) = (server.cluster.as_ref().unwrap().home.cluster(), server.url().to_owned());
    let mut kept = server.keep();

    kill_9(postmaster::running(&cluster).unwrap().pid);
    let mut connection = back(&url).await;
    assert_eq!(numbers(&mut connection).await, [1]);

    // Once more within a minute: that is no accident any more.
    kill_9(postmaster::running(&cluster).unwrap().pid);
    let failure = tokio::time::timeout(Duration::from_secs(30), kept.gave_up()).await.unwrap();
    assert!(matches!(failure, EmbeddedError::KeepsDying { .. } | EmbeddedError::Failed { .. }), "{failure}");
    kept.stop().await.unwrap();
}

/// A connection to a server that comes back.
async fn back(url: &str) -> PgConnection {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        // A backend of the killed server may answer for a moment: it does not live to run a statement.
        if let Ok(mut connection) = PgConnection::connect(url).await
            && sqlx::query("select 1").execute(&mut connection).await.is_ok()
        {
            return connection;
        }
        assert!(Instant::now() < deadline, "waited a minute for the killed server to come back");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn files_of_something_else_are_left_alone_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let foreign = folder.path().join("postgres/data");
    std::fs::create_dir_all(&foreign).unwrap();
    std::fs::write(foreign.join("holiday.jpg"), "x").unwrap();
    let refused = EmbeddedPostgres::start(folder.path(), PASSWORD).await.unwrap_err();
    assert!(matches!(&refused, EmbeddedError::Foreign { file, .. } if file == "holiday.jpg"), "{refused}");
    assert!(!folder.path().join("postgres/data.unfinished").exists());
}

/// What kill -9 of the owner leaves: its server runs on, and nobody holds the lock.
#[tokio::test]
async fn an_orphan_is_taken_over_and_stopped_in_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = EmbeddedPostgres::start(folder.path(), PASSWORD).await.unwrap();
    let port = server.port();
    let cluster = server.cluster.take().unwrap().home.cluster();
    let pid = postmaster::running(&cluster).unwrap().pid;

    let again = EmbeddedPostgres::start(folder.path(), PASSWORD).await.unwrap();
    assert_eq!((again.port(), postmaster::running(&cluster).unwrap().pid), (port, pid));
    again.stop().await.unwrap();
    assert_eq!(postmaster::running(&cluster), None);
}

#[tokio::test]
async fn a_folder_in_use_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = EmbeddedPostgres::start(folder.path(), PASSWORD).await.unwrap();
    let second = EmbeddedPostgres::start(folder.path(), PASSWORD).await;
    assert!(matches!(second, Err(EmbeddedError::InUse { .. })), "{second:?}");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_cluster_with_another_password_names_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    EmbeddedPostgres::start(folder.path(), PASSWORD).await.unwrap().stop().await.unwrap();
    let refused = EmbeddedPostgres::start(folder.path(), "forgotten").await;
    assert!(matches!(refused, Err(EmbeddedError::PasswordUnknown { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_cluster_of_another_version_names_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let server = EmbeddedPostgres::start(folder.path(), PASSWORD).await.unwrap();
    let cluster = server.cluster.as_ref().unwrap().home.cluster();
    server.stop().await.unwrap();
    std::fs::write(cluster.join("PG_VERSION"), "11\n").unwrap();
    let refused = EmbeddedPostgres::start(folder.path(), PASSWORD).await.unwrap_err();
    assert!(refused.to_string().contains("install postgresql-11"), "{refused}");
}

#[tokio::test]
async fn a_kill_while_the_cluster_is_made_leaves_nothing_half_made() {
    let folder = tempfile::tempdir().unwrap();
    let unfinished = folder.path().join("postgres/data.unfinished");
    std::fs::create_dir_all(&unfinished).unwrap();
    std::fs::write(unfinished.join("PG_VERSION"), "15\n").unwrap();
    let server = EmbeddedPostgres::start(folder.path(), PASSWORD).await.unwrap();
    assert!(!unfinished.exists());
    server.stop().await.unwrap();
}
