use std::collections::{HashMap, HashSet};

use sqlx::PgConnection;
use uuid::Uuid;

use super::Answer;
use super::entry::Entry;
use super::statements::{self, Account};
use crate::OperationOutcome;
use crate::simulator::operation::{Fingerprint, Operation};
use crate::simulator::terms::Terms;

/// The part of the books that a batch touches, open between its read and its write.
pub(super) struct Books {
    done: HashMap<Uuid, (Fingerprint, OperationOutcome)>,
    accounts: HashMap<Uuid, Account>,
    attempts: HashMap<Uuid, HashSet<Uuid>>,
    entered: Vec<Entry>,
}

impl Books {
    pub(super) async fn read<'a>(
        connection: &mut PgConnection,
        operations: impl Iterator<Item = &'a Operation> + Clone,
    ) -> Result<Self, sqlx::Error> {
        let ids: Vec<Uuid> = operations.clone().map(Operation::id).collect();
        let payments: Vec<Uuid> = operations.clone().map(Operation::payment).collect();
        let orders: Vec<Uuid> = operations.filter_map(Operation::order).collect();
        let done = statements::done(connection, &ids).await?;
        let accounts = statements::accounts(connection, &payments, &orders).await?;
        let mut attempts = HashMap::<Uuid, HashSet<Uuid>>::new();
        for (payment, account) in &accounts {
            attempts.entry(account.order.unwrap_or_default()).or_default().insert(*payment);
        }
        Ok(Self { done, accounts, attempts, entered: Vec::new() })
    }

    pub(super) fn perform(&mut self, operation: &Operation, terms: &Terms) -> Answer {
        let fingerprint = operation.fingerprint();
        match self.done.get(&operation.id()) {
            Some((before, outcome)) if *before == fingerprint => Answer::Replayed(outcome.clone()),
            Some(_) => Answer::Reused,
            None => Answer::New(self.enter(operation, fingerprint, terms)),
        }
    }

    fn enter(&mut self, operation: &Operation, fingerprint: Fingerprint, terms: &Terms) -> OperationOutcome {
        let earlier_attempts = self.earlier_attempts(operation);
        let account = self.accounts.entry(operation.payment()).or_default();
        account.order = account.order.or(operation.order());
        let entry = Entry::of(operation, fingerprint, &mut account.standing, earlier_attempts, terms);
        self.done.insert(entry.operation, (fingerprint, entry.outcome.clone()));
        self.entered.push(entry);
        self.entered[self.entered.len() - 1].outcome.clone()
    }

    /// How many other payments were tried for the same order before.
    fn earlier_attempts(&mut self, operation: &Operation) -> u64 {
        let Some(order) = operation.order() else { return 0 };
        let attempts = self.attempts.entry(order).or_default();
        attempts.insert(operation.payment());
        attempts.len() as u64 - 1
    }

    pub(super) async fn write(self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        if self.entered.is_empty() {
            return Ok(());
        }
        let touched: HashSet<Uuid> = self.entered.iter().map(|entry| entry.payment).collect();
        let accounts = self.accounts.into_iter().filter(|(payment, _)| touched.contains(payment)).collect();
        statements::enter(connection, self.entered, accounts).await
    }
}
