use std::collections::{HashMap, VecDeque};

use decider::StreamId;

use super::stream::Stream;

/// Recent streams, bounded by bytes. Those that something depends on are never dropped.
pub(super) struct Cache {
    streams: HashMap<StreamId, Stream>,
    /// Each stream, with the tick at which it was put here: looked at again from the front (second chance). A stream that was dropped and came back
    /// also has an entry of its former life, which is passed over.
    order: VecDeque<(StreamId, u64)>,
    bytes: usize,
    limit: usize,
    tick: u64,
}

impl Cache {
    pub(super) fn new(limit: usize) -> Self {
        Self { streams: HashMap::new(), order: VecDeque::new(), bytes: 0, limit, tick: 0 }
    }

    pub(super) fn get(&self, id: &StreamId) -> Option<&Stream> {
        self.streams.get(id)
    }

    /// The stream, used now.
    pub(super) fn touch(&mut self, id: &StreamId) -> Option<&mut Stream> {
        let stream = self.streams.get_mut(id)?;
        self.tick += 1;
        stream.used = self.tick;
        Some(stream)
    }

    /// Changes a stream and keeps account of what it costs.
    pub(super) fn change<T>(&mut self, id: &StreamId, change: impl FnOnce(&mut Stream) -> T) -> Option<T> {
        let stream = self.touch(id)?;
        let before = stream.cost();
        let changed = change(stream);
        let after = stream.cost();
        self.bytes = (self.bytes + after).saturating_sub(before);
        Some(changed)
    }

    pub(super) fn insert(&mut self, id: StreamId, mut stream: Stream) {
        self.tick += 1;
        self.bytes += stream.cost();
        stream.queued = self.tick;
        self.order.push_back((id.clone(), self.tick));
        if let Some(replaced) = self.streams.insert(id, stream) {
            self.bytes -= replaced.cost().min(self.bytes);
        }
        if self.order.len() > 2 * self.streams.len() + 1024 {
            let streams = &self.streams;
            self.order.retain(|(id, since)| streams.get(id).is_some_and(|stream| stream.queued == *since));
        }
    }

    pub(super) fn remove(&mut self, id: &StreamId) {
        if let Some(removed) = self.streams.remove(id) {
            self.bytes -= removed.cost().min(self.bytes);
        }
    }

    /// Drops every stream on which nothing is decided that is not committed.
    pub(super) fn forget_settled(&mut self) {
        self.streams.retain(|_, stream| !stream.is_settled());
        self.bytes = self.streams.values().map(Stream::cost).sum();
    }

    /// Drops what was not used for longest until the rest fits, looking at each stream at most once.
    pub(super) fn evict(&mut self) {
        for _ in 0..self.order.len() {
            if self.bytes <= self.limit {
                return;
            }
            let Some((id, since)) = self.order.pop_front() else { return };
            let Some(stream) = self.streams.get_mut(&id).filter(|stream| stream.queued == since) else { continue };
            if stream.used > since || stream.pins > 0 || !stream.is_settled() {
                stream.queued = stream.used.max(since);
                self.order.push_back((id, stream.queued));
            } else {
                self.bytes -= stream.cost().min(self.bytes);
                self.streams.remove(&id);
            }
        }
    }
}
