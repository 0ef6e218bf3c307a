//! The projections of each view, by their versions, and the generations that each of them keeps up to date.

use crate::read::generations::{Generations, Registered, Registry};
use crate::read::views::{Generation, ViewError};
use std::collections::{BTreeMap, BTreeSet};

/// The versions of the projections that a release has of each view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectionVersions(BTreeMap<&'static str, BTreeSet<u32>>);

impl FromIterator<(&'static str, u32)> for ProjectionVersions {
    /// From pairs of a view's name and a projection's version.
    fn from_iter<T: IntoIterator<Item = (&'static str, u32)>>(folds: T) -> Self {
        let mut versions = Self::default();
        for (view, version) in folds {
            versions.0.entry(view).or_default().insert(version);
        }
        versions
    }
}

impl ProjectionVersions {
    /// The versions of the projections that a view has, in order.
    #[must_use]
    pub fn of(&self, view: &str) -> Vec<u32> {
        self.0.get(view).into_iter().flatten().copied().collect()
    }

    /// The version of the projection whose rows are read: the oldest one, if the view was never registered.
    #[must_use]
    pub fn read(&self, registry: &Registry, view: &str) -> Option<u32> {
        match registry.sets(view) {
            Some(sets) => Some(sets.schema()),
            None => self.oldest(view),
        }
    }

    /// What is registered, together with every view of these projections.
    pub(crate) async fn registry<G: Generations>(&self, generations: &G) -> Result<Registry, ViewError> {
        let Registered { mut registry, changes } = generations.registered().await?;
        let oldest = self.0.iter().filter_map(|(view, versions)| Some((view, versions.first()?)));
        let news = oldest.filter(|(view, version)| registry.adopt(view, **version));
        if news.count() > 0 && !generations.register(&registry, changes).await? {
            return generations.registered().await.map(|registered| registered.registry);
        }
        Ok(registry)
    }

    /// The generations that a projection keeps up to date.
    pub(crate) fn written(&self, registry: &Registry, view: &str, version: u32) -> Vec<Generation> {
        self.oldest(view).map_or_else(Vec::new, |oldest| registry.written(view, version, oldest))
    }

    /// The version of the projection that keeps a generation up to date, if there is one.
    pub(crate) fn keeper(&self, registry: &Registry, view: &str, generation: Generation) -> Option<u32> {
        let keeps = |version: &u32| self.written(registry, view, *version).contains(&generation);
        self.of(view).into_iter().find(keeps)
    }

    fn oldest(&self, view: &str) -> Option<u32> {
        self.0.get(view).and_then(BTreeSet::first).copied()
    }
}
