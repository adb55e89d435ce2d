//! `dead-letters`: events that a follower of the log could not take in, and what to do about them.
//!
//! A follower is whoever takes in events by key and lets a key wait behind one that it cannot: a read model.

use aggregates::operator_act::{LetterDiscarded, LettersRetried};
use projections::{DeadLetter, LetterFilter, TakenUp};
use serde::Serialize;

use crate::cli::{DeadLetters, DiscardLetter, ListLetters, RetryLetters, ShowLetter};
use crate::commands::events::EventShown;
use crate::commands::generations::read_model;
use crate::outcome::{Failure, Outcome};
use crate::output::{Output, Show};
use crate::session::Session;
use crate::text;

/// Runs it.
pub(crate) async fn run(session: &Session, command: &DeadLetters, output: &mut Output) -> Result<Outcome, Failure> {
    match command {
        DeadLetters::List(args) => list(session, args, output).await,
        DeadLetters::Show(args) => show(session, args, output).await,
        DeadLetters::Retry(args) => retry(session, args, output).await,
        DeadLetters::Discard(args) => discard(session, args, output).await,
    }
}

impl Show for DeadLetter {
    fn text(&self) -> String {
        let cause = self.cause.as_deref().unwrap_or("waits behind another");
        format!("{}  {}  {:>12} {}   {cause}\n", self.follower, self.key, text::count(self.position), self.event_type)
    }
}

async fn list(session: &Session, args: &ListLetters, output: &mut Output) -> Result<Outcome, Failure> {
    let followers = match &args.follower {
        Some(name) => vec![read_model(name)?],
        None => projections::names().collect(),
    };
    let filter = LetterFilter { key: args.key.clone(), position: args.position, cause: args.cause.clone() };
    for follower in followers {
        for letter in projections::dead_letters(&session.read, follower, &filter, args.limit.into()).await? {
            output.item(&letter)?;
        }
    }
    output.end()?;
    Ok(Outcome::Done)
}

/// A letter in full: the event, and what waits behind it.
#[derive(Serialize)]
struct InFull {
    letter: DeadLetter,
    event: EventShown,
    behind: Vec<DeadLetter>,
}

impl Show for InFull {
    fn text(&self) -> String {
        let since = self.letter.parked_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let mut text = format!("{}{}  waits since {since}\n", self.letter.text(), self.event.text());
        if !self.behind.is_empty() {
            text.push_str("behind it\n");
            text.extend(self.behind.iter().map(Show::text));
        }
        text
    }
}

async fn show(session: &Session, args: &ShowLetter, output: &mut Output) -> Result<Outcome, Failure> {
    let follower = read_model(&args.follower)?;
    for letter in letters_at(session, follower, args.position, args.key.as_ref()).await? {
        let event = session.store.events_at(&[letter.position]).await?.pop();
        let event = event.ok_or_else(|| Failure::NotFound(format!("the log has no position {} any more", letter.position)))?;
        let group = LetterFilter { key: Some(letter.key.clone()), ..LetterFilter::default() };
        let mut behind = projections::dead_letters(&session.read, follower, &group, i64::MAX).await?;
        behind.retain(|other| other.position > letter.position);
        output.item(&InFull { letter, event: EventShown::of(event, true), behind })?;
    }
    output.end()?;
    Ok(Outcome::Done)
}

/// The letters of an event: one, unless it could not be taken in for several keys.
async fn letters_at(session: &Session, follower: &str, position: i64, key: Option<&String>) -> Result<Vec<DeadLetter>, Failure> {
    let filter = LetterFilter { key: key.cloned(), position: Some(position), cause: None };
    let letters = projections::dead_letters(&session.read, follower, &filter, i64::MAX).await?;
    match letters.is_empty() {
        true => Err(Failure::NotFound(format!("{follower} has no dead letter at {position}"))),
        false => Ok(letters),
    }
}

/// What was done, or would be.
#[derive(Serialize)]
struct Done {
    follower: &'static str,
    done: &'static str,
    letters: usize,
    #[serde(flatten)]
    taken: TakenUp,
    dry_run: bool,
}

impl Show for Done {
    fn text(&self) -> String {
        let letters = text::plural(self.letters as i64, "letter");
        if self.dry_run {
            return format!("{}: {letters} would be {} (dry run: nothing was done)\n", self.follower, self.done);
        }
        let (taken_in, waiting) = (text::plural(self.taken.taken_in as i64, "event"), text::plural(self.taken.waiting as i64, "event"));
        format!("{}: {letters} {}: {taken_in} settled, {waiting} still waiting\n", self.follower, self.done)
    }
}

impl Done {
    fn tell(&self, output: &mut Output) -> Result<Outcome, Failure> {
        output.whole(self)?;
        Ok(if self.taken.waiting > 0 && !self.dry_run { Outcome::Finding } else { Outcome::Done })
    }
}

/// Gives them to their follower again, in the order of the log.
async fn retry(session: &Session, args: &RetryLetters, output: &mut Output) -> Result<Outcome, Failure> {
    let follower = read_model(&args.follower)?;
    let (key, position, cause) = (args.which.key.clone(), args.which.position, args.which.cause.clone());
    let filter = LetterFilter { key: key.clone(), position, cause: cause.clone() };
    let letters = projections::dead_letters(&session.read, follower, &filter, i64::MAX).await?.len();
    if letters == 0 {
        return Err(Failure::NotFound(format!("{follower} has no such dead letter")));
    }
    let mut done = Done { follower, done: "retried", letters, taken: TakenUp::default(), dry_run: args.act.dry_run };
    if args.act.dry_run {
        return done.tell(output);
    }
    args.act.confirm(&format!("give {follower} {} again, and what waits behind", text::plural(letters as i64, "letter")))?;
    let act = LettersRetried { follower: follower.to_owned(), key, position, cause, reason: args.act.reason.clone() };
    args.act.record(&session.store, act).await?;
    done.taken = projections::retry(&session.store, &session.read, follower, &filter).await?;
    done.tell(output)
}

/// Lets the follower go on without an event, and takes in what waited behind it.
async fn discard(session: &Session, args: &DiscardLetter, output: &mut Output) -> Result<Outcome, Failure> {
    let follower = read_model(&args.follower)?;
    let reason = args.act.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let reason = reason.ok_or_else(|| Failure::Usage("why? say --reason: it stands in the log with your name".to_owned()))?;
    let letters = letters_at(session, follower, args.position, args.key.as_ref()).await?;
    let mut done = Done { follower, done: "discarded", letters: letters.len(), taken: TakenUp::default(), dry_run: args.act.dry_run };
    if args.act.dry_run {
        return done.tell(output);
    }
    args.act.confirm(&format!("let {follower} go on without {} at {}, for good", letters[0].event_type, args.position))?;
    for letter in &letters {
        args.act.record(&session.store, discarded(letter, reason)).await?;
    }
    done.taken = projections::heed_discards(&session.store, &session.read, follower).await?;
    done.tell(output)
}

fn discarded(letter: &DeadLetter, reason: &str) -> LetterDiscarded {
    LetterDiscarded {
        follower: letter.follower.clone(),
        key: letter.key.clone(),
        position: letter.position,
        event_id: letter.event_id,
        event_type: letter.event_type.clone(),
        reason: reason.to_owned(),
    }
}
