use crate::ReadModelError;
use crate::folding::Folding;
use crate::model::ReadModel;

/// Some read models: those that a process keeps, reads or checks.
#[derive(Clone, Copy)]
pub struct ReadModels(&'static [&'static dyn Folding]);

impl ReadModels {
    pub(crate) const fn of(all: &'static [&'static dyn Folding]) -> Self {
        Self(all)
    }

    /// Their names, in their order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.all().map(|model| model.name)
    }

    /// The read model of this name, if there is one.
    pub fn get(self, name: &str) -> Option<&'static ReadModel> {
        self.model(name).ok()
    }

    pub(crate) fn all(self) -> impl Iterator<Item = &'static ReadModel> {
        self.foldings().map(|folding| folding.model())
    }

    pub(crate) fn foldings(self) -> impl Iterator<Item = &'static dyn Folding> {
        self.0.iter().copied()
    }

    /// The read model of this name.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn model(self, name: &str) -> Result<&'static ReadModel, ReadModelError> {
        self.folding(name).map(Folding::model)
    }

    /// The same with its folds.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn folding(self, name: &str) -> Result<&'static dyn Folding, ReadModelError> {
        self.foldings().find(|folding| folding.model().name == name).ok_or_else(|| ReadModelError::Unknown(name.to_owned()))
    }
}

impl std::fmt::Debug for ReadModels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}
