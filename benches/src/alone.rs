//! One contestant alone, for those who look for what limits it: who used the cores, what the appending session waited for, and which statements took
//! how long. A profiler can be attached meanwhile. Nothing is written to the results.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use sqlx::{Connection, PgConnection, Row};

use crate::clients::for_a_while;
use crate::http::{CommandApi, Request};
use crate::ours::{self, AddsProducts, clients};
use crate::process::Stack;
use crate::rounds::Timing;
use crate::sample::Sample;
use crate::server::Server;
use crate::work::Process;
use crate::{orders, shop, week};

/// Who runs alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Alone {
    /// New aggregates in process
    Append,
    /// New aggregates over HTTP
    AppendHttp,
    /// One hot aggregate in process
    Hot,
    /// One hot aggregate over HTTP
    HotHttp,
    /// Orders of eleven lines allocated, in process
    Orders,
    /// The week of real orders, everything in one process
    Week,
}

pub(crate) async fn run(who: Alone, count: usize, timing: Timing) -> anyhow::Result<()> {
    let server = Server::start_with_statistics().await?;
    let url = server.database("alone").await?;
    let log = ours::open(&url).await?;
    let mut watched = PgConnection::connect(&url).await?;
    sqlx::raw_sql("create extension pg_stat_statements").execute(&mut watched).await?;
    let rooms = server.watched("clients").await?;
    let here = || Some(rooms.clone());
    let sample = match who {
        Alone::Append => {
            watch(&mut watched, None, timing, for_a_while(clients(count, || AddsProducts(log.clone())), timing, here())).await?
        }
        Alone::Hot => {
            ours::open_shop(&log, ["hot".to_owned()]).await?;
            watch(&mut watched, None, timing, for_a_while(ours::receivers(&log, count, "hot"), timing, here())).await?
        }
        Alone::Orders => {
            ours::execute(&log, shop::open_warehouse()?, 1).await?;
            let placed = orders::Shop::open(&log, "alone").await?.place_all(&log).await?;
            watch(&mut watched, None, Timing { warm_up: Duration::ZERO, ..timing }, placed.allocate_all(&log, count, &rooms)).await?
        }
        Alone::AppendHttp | Alone::HotHttp => {
            ours::open_shop(&log, ["hot".to_owned()]).await?;
            let api = CommandApi::start(&url).await?;
            let request = if who == Alone::HotHttp { Request::Receive("hot".into()) } else { Request::AddProduct };
            let posts = api.clients(count, request).await?;
            let sample = watch(&mut watched, Some(api.pid()), timing, for_a_while(posts, timing, Some(api.watched(&rooms)))).await?;
            api.stop()?;
            sample
        }
        Alone::Week => {
            // A log of its own: it is opened with the keys of the stack's folder.
            let (data, url) = (tempfile::tempdir()?, server.database("alone_week").await?);
            let (stack, _) = Stack::start_on(data.path(), Some(&url)).await?;
            let timing = Timing { warm_up: Duration::ZERO, ..timing };
            let work = async { week::load(&stack, data.path(), &url).await.map(week::Week::sample) };
            let sample = watch(&mut watched, Some(stack.pid()), timing, work).await?;
            stack.stop()?;
            sample
        }
    };
    println!("{sample}");
    log.close().await;
    server.stop().await
}

/// Looks on while it runs, from the end of the warm-up to its end.
async fn watch(
    connection: &mut PgConnection,
    api: Option<u32>,
    timing: Timing,
    work: impl Future<Output = anyhow::Result<Sample>>,
) -> anyhow::Result<Sample> {
    tokio::pin!(work);
    let mut waits: BTreeMap<String, usize> = BTreeMap::new();
    if let Ok(done) = tokio::time::timeout(timing.warm_up, &mut work).await {
        return done;
    }
    sqlx::query("select pg_stat_statements_reset()").execute(&mut *connection).await?;
    let (begun, before) = (Instant::now(), processor_time(connection, api).await?);
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    let sample = loop {
        tokio::select! {
            sample = &mut work => break sample?,
            _ = ticks.tick() => *waits.entry(wait_of_the_appender(connection).await?).or_default() += 1,
        }
    };
    let wall = begun.elapsed();
    let after = processor_time(connection, api).await?;
    tell(connection, wall, &before, &after, &waits).await?;
    Ok(sample)
}

async fn tell(
    connection: &mut PgConnection,
    wall: Duration,
    before: &BTreeMap<String, Duration>,
    after: &BTreeMap<String, Duration>,
    waits: &BTreeMap<String, usize>,
) -> anyhow::Result<()> {
    println!("\nprocessor time, of one core:");
    for (name, time) in after {
        let used = time.saturating_sub(before.get(name).copied().unwrap_or_default());
        println!("  {:>5.1} %  {name}", 100.0 * used.as_secs_f64() / wall.as_secs_f64());
    }
    let samples = waits.values().sum::<usize>().max(1);
    println!("the appending session:");
    for (wait, count) in waits {
        println!("  {:>5.1} %  {wait}", 100.0 * *count as f64 / samples as f64);
    }
    println!("statements (share of the time, calls, ms each, rows each):");
    let statements = sqlx::query(
        "select calls, total_exec_time, rows, toplevel, regexp_replace(query, '\\s+', ' ', 'g') as query from pg_stat_statements
         where query !~ 'pg_stat' order by total_exec_time desc limit 20",
    )
    .fetch_all(connection)
    .await?;
    for row in statements {
        let (calls, total, rows): (i64, f64, i64) = (row.try_get("calls")?, row.try_get("total_exec_time")?, row.try_get("rows")?);
        let query: String = row.try_get("query")?;
        let (share, each) = (total / 10.0 / wall.as_secs_f64(), total / calls.max(1) as f64);
        let level = if row.try_get("toplevel")? { "" } else { "  within: " };
        let query: String = query.chars().take(110).collect();
        println!("  {share:>5.1} % {calls:>8} {each:>8.3} {:>8.1}  {level}{query}", rows as f64 / calls.max(1) as f64);
    }
    Ok(())
}

async fn wait_of_the_appender(connection: &mut PgConnection) -> anyhow::Result<String> {
    let row = sqlx::query(
        "select coalesce(string_agg(case when state <> 'active' then state when wait_event is null then 'runs' else wait_event_type || ': ' || wait_event end, ', '), 'none')
         from pg_stat_activity where application_name = 'orderly-appender' and datname = current_database()
         and (state = 'active' or (select count(*) from pg_stat_activity where application_name = 'orderly-appender' and datname = current_database()) = 1)",
    )
    .fetch_one(connection)
    .await?;
    Ok(row.try_get(0)?)
}

/// Of the server's processes by what they are, and of the programs.
async fn processor_time(connection: &mut PgConnection, api: Option<u32>) -> anyhow::Result<BTreeMap<String, Duration>> {
    let rows = sqlx::query("select pid, coalesce(nullif(application_name, ''), backend_type) as name from pg_stat_activity")
        .fetch_all(connection)
        .await?;
    let mut times = BTreeMap::new();
    for row in rows {
        let (pid, name): (i32, String) = (row.try_get("pid")?, row.try_get("name")?);
        if let Ok(time) = Process(u32::try_from(pid)?).time() {
            *times.entry(format!("postgres: {name}")).or_default() += time.own;
        }
    }
    times.insert("bench (clients, and the log where it is in process)".to_owned(), Process(std::process::id()).time()?.own);
    if let Some(api) = api {
        times.insert("orderly".to_owned(), Process(api).time()?.own);
    }
    Ok(times)
}
