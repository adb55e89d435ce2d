//! Room for what waits outside the log: calls for their turn or their next try, and what a gateway has refused for its pause. What finds no room stays where it
//! stands anyway, in its order's row, and is looked for there once there is room again: following the log waits for nobody outside.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use uuid::Uuid;

/// So many places, of the whole program.
pub(crate) struct Room {
    size: usize,
    inside: Mutex<Inside>,
    given_back: Notify,
}

#[derive(Default)]
struct Inside {
    /// By whom and for which command each place is held.
    held: HashSet<(Uuid, Uuid)>,
    /// Something found no room since it was last looked for.
    left_out: bool,
}

/// Held until it is dropped.
pub(crate) struct Place {
    room: Arc<Room>,
    held: (Uuid, Uuid),
}

impl Room {
    pub(crate) fn new(size: usize) -> Arc<Self> {
        Arc::new(Self { size: size.max(1), inside: Mutex::default(), given_back: Notify::new() })
    }

    /// A place for a command of this holder; none if it has one already, or if all are taken.
    pub(crate) fn enter(self: &Arc<Self>, holder: Uuid, command_id: Uuid) -> Option<Place> {
        let held = (holder, command_id);
        let mut inside = self.lock();
        if inside.held.contains(&held) {
            return None;
        }
        if inside.held.len() >= self.size {
            inside.left_out = true;
            return None;
        }
        inside.held.insert(held);
        Some(Place { room: self.clone(), held })
    }

    /// Returns once there is room, a quarter of it, for what was left out. What waits for it may be given up at any time.
    pub(crate) async fn has_some_again(&self) {
        loop {
            let given_back = self.given_back.notified();
            {
                let mut inside = self.lock();
                if inside.left_out && inside.held.len() <= self.size * 3 / 4 {
                    inside.left_out = false;
                    return;
                }
            }
            given_back.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.room.lock().held.remove(&self.held);
        self.room.given_back.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    async fn says_so(room: &Room) -> bool {
        tokio::time::timeout(Duration::from_millis(50), room.has_some_again()).await.is_ok()
    }

    #[tokio::test]
    async fn what_was_left_out_is_looked_for_once_there_is_room_again() {
        let (room, holder) = (Room::new(4), Uuid::now_v7());
        let mut places: Vec<_> = (0..4).map(|command| room.enter(holder, Uuid::from_u128(command)).unwrap()).collect();
        assert!(!says_so(&room).await, "nobody was left out");
        assert!(room.enter(holder, Uuid::from_u128(9)).is_none());
        assert!(!says_so(&room).await, "it is full");
        places.pop();
        assert!(says_so(&room).await);
        assert!(!says_so(&room).await, "once");
    }

    #[test]
    fn a_command_has_one_place_with_each_holder() {
        let (room, command) = (Room::new(4), Uuid::now_v7());
        let (one, other) = (Uuid::now_v7(), Uuid::now_v7());
        let place = room.enter(one, command);
        assert!(place.is_some() && room.enter(one, command).is_none());
        assert!(room.enter(other, command).is_some(), "who takes over does not wait for who gives up");
        drop(place);
        assert!(room.enter(one, command).is_some());
    }
}
