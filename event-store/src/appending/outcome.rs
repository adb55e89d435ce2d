use decider::{RefusalDocument, StreamId};
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::PositionToken;
use crate::kept_answer::KeptAnswer;

/// What became of each append of a call, in the order of the call.
pub(crate) struct Verdicts {
    pub(crate) epoch: i64,
    pub(crate) outcomes: Vec<Outcome>,
}

/// What became of one append.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// It is stored, and the log is at this position with it.
    Done { position: i64 },
    /// Its key is there already.
    Held(Box<HeldKey>),
    /// This stream is not where it was decided on.
    Conflict(StreamId),
    /// It was decided on an append that failed.
    Undone,
}

/// What a key row says.
#[derive(Debug, Clone)]
pub(crate) struct HeldKey {
    /// Who put it there.
    pub(crate) append_id: Uuid,
    pub(crate) answer: KeptAnswer,
}

impl Verdicts {
    /// `sums` says how many events each append and those before it write.
    pub(super) fn read(sums: &[i64], rows: &[PgRow]) -> Result<Self, sqlx::Error> {
        let mut epoch = 0;
        let mut outcomes = vec![Outcome::Undone; sums.len()];
        for row in rows {
            epoch = row.try_get("epoch")?;
            if row.try_get::<&str, _>("outcome")? == "stored" {
                let base: i64 = row.try_get("position")?;
                outcomes = sums.iter().map(|sum| Outcome::Done { position: base + sum }).collect();
                continue;
            }
            let outcome =
                outcomes.get_mut(place_of(row)?).ok_or_else(|| sqlx::Error::Protocol("append_v2 answered too much".to_owned()))?;
            *outcome = Outcome::read(row)?;
        }
        Ok(Self { epoch, outcomes })
    }

    /// Whether each of them was stored by this call.
    pub(crate) fn are_all_done(&self) -> bool {
        self.outcomes.iter().all(|outcome| matches!(outcome, Outcome::Done { .. }))
    }

    /// Whether one of them was stored by another call, or an earlier sending of this one.
    pub(crate) fn hold_keys(&self) -> bool {
        self.outcomes.iter().any(|outcome| matches!(outcome, Outcome::Held(_)))
    }
}

/// SQL counts from 1.
pub(super) fn place_of(row: &PgRow) -> Result<usize, sqlx::Error> {
    Ok(usize::try_from(row.try_get::<i32, _>("place")? - 1).unwrap_or(usize::MAX))
}

impl Outcome {
    fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        match row.try_get::<&str, _>("outcome")? {
            "done" => Ok(Self::Done { position: row.try_get("position")? }),
            "held" => Ok(Self::Held(Box::new(HeldKey::read(row)?))),
            "conflict" => {
                Ok(Self::Conflict(StreamId::read(row.try_get::<String, _>("conflict_type")?, row.try_get::<String, _>("conflict_id")?)))
            }
            "undone" => Ok(Self::Undone),
            other => Err(sqlx::Error::Protocol(format!("append_v2 answered {other}"))),
        }
    }
}

impl HeldKey {
    /// From a row with the columns `held_*`.
    pub(super) fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        let fingerprint: Vec<u8> = row.try_get("held_fingerprint")?;
        let answer = KeptAnswer {
            fingerprint: fingerprint.try_into().map_err(|_| sqlx::Error::Protocol("a fingerprint is not 32 bytes long".to_owned()))?,
            stream: StreamId::read(row.try_get::<String, _>("held_type")?, row.try_get::<String, _>("held_id")?),
            version: row.try_get("held_version")?,
            position: PositionToken { epoch: row.try_get("held_epoch")?, position: row.try_get("held_position")? },
            events: usize::try_from(row.try_get::<i32, _>("held_events")?).unwrap_or_default(),
            refusal: row.try_get::<Option<Json<RefusalDocument>>, _>("held_refusal")?.map(|document| document.0),
        };
        Ok(Self { append_id: row.try_get("held_append_id")?, answer })
    }
}
