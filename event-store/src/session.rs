//! What every session of the log has in common: it acts as a group role that cannot change events, and nothing of it lasts for ever.

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, Row};

use crate::StoreError;

/// The group role that appends to the log and changes nothing in it, see `migrations/log/0101_roles.sql`.
pub const WRITER: &str = "orderly_writer";

/// The group role that reads.
pub const READER: &str = "orderly_reader";

/// Longer than any page that is read. It bounds how long one session can hold vacuum, or everybody who waits for a lock, back.
const LONGEST: &str = "5s";

/// The options of the log's own sessions.
pub(crate) async fn of_writer(url: &str) -> Result<PgConnectOptions, StoreError> {
    let options = acting_as(url.parse()?, WRITER).await?;
    Ok(options.options([
        ("default_transaction_isolation", "read committed"),
        ("lock_timeout", LONGEST),
        ("statement_timeout", LONGEST),
        ("idle_in_transaction_session_timeout", LONGEST),
    ]))
}

/// Sessions that act as a group role from their first statement on, where there is one and the login is a member of it: a login that could do more,
/// an owner or a superuser, then cannot.
///
/// # Errors
/// [`StoreError::Database`] if the server cannot be asked.
pub async fn acting_as(options: PgConnectOptions, role: &str) -> Result<PgConnectOptions, StoreError> {
    let mut connection = PgConnection::connect_with(&options).await?;
    let row = sqlx::query("select coalesce(pg_has_role(to_regrole($1)::oid, 'member'), false) as member")
        .bind(role)
        .fetch_one(&mut connection)
        .await?;
    let member: bool = row.try_get("member")?;
    connection.close().await?;
    Ok(if member { options.options([("role", role)]) } else { options })
}
