use std::sync::Arc;

use identity::Authenticator;
use projections::ReadDatabase;

use crate::QueryArgs;
use crate::limits::Limits;
use crate::schema::{Schema, schema};
use crate::turns::Turns;

/// What every request needs. Cheap to clone.
#[derive(Clone)]
pub struct QueryState(Arc<Inner>);

struct Inner {
    read: ReadDatabase,
    authenticator: Authenticator,
    schema: Schema,
    turns: Turns,
    args: QueryArgs,
}

impl QueryState {
    /// Queries over `read`, whose role need only be able to read, for callers whom `authenticator` knows.
    pub fn new(read: ReadDatabase, authenticator: Authenticator, args: QueryArgs) -> Self {
        let schema = schema().data(read.clone()).finish();
        let turns = Turns::new(args.query_in_flight, args.query_share);
        Self(Arc::new(Inner { read, authenticator, schema, turns, args }))
    }

    pub(crate) fn read(&self) -> &ReadDatabase {
        &self.0.read
    }

    pub(crate) fn authenticator(&self) -> &Authenticator {
        &self.0.authenticator
    }

    pub(crate) fn schema(&self) -> &Schema {
        &self.0.schema
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.0.turns
    }

    pub(crate) fn args(&self) -> &QueryArgs {
        &self.0.args
    }

    pub(crate) fn limits(&self) -> Limits {
        let QueryArgs { query_depth: depth, query_complexity: complexity, query_aliases: aliases, .. } = self.0.args;
        Limits { depth, complexity, aliases }
    }
}
