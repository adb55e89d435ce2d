use std::fmt;
use std::sync::Arc;

/// How far something long has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Which read model.
    pub name: &'static str,
    /// The last position that was taken in.
    pub position: i64,
    /// The position to reach; it moves with the log.
    pub target: i64,
}

/// Whom to tell how far it has come. Default: nobody.
#[derive(Clone, Default)]
pub struct Report(Option<Arc<dyn Fn(Progress) + Send + Sync>>);

impl Report {
    /// Tells this function.
    pub fn to(listener: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listener)))
    }

    pub(crate) fn tell(&self, progress: Progress) {
        if let Some(listener) = &self.0 {
            listener(progress);
        }
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Report")
    }
}
