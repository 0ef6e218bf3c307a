//! The generations of a read model, as the shop shows them.

use shop_client::{ClientError, Session};

use serde::{Deserialize, Serialize};

/// The generations of a read model.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "as the shop spells them")]
pub(super) struct Generations {
    pub(super) name: String,
    pub(super) read: u32,
    pub(super) schemas: Vec<u32>,
    pub(super) rebuild_needed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) trouble: Option<String>,
    pub(super) generations: Vec<Generation>,
}

/// One of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "as the shop spells them")]
pub(super) struct Generation {
    pub(super) generation: u32,
    pub(super) schema: u32,
    pub(super) read: bool,
    pub(super) stage: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) since: Option<String>,
    pub(super) parked: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) progress: Option<Progress>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) comparison: Option<Comparison>,
}

/// Its progress.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Progress {
    pub(super) phase: String,
    pub(super) read: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) of: Option<u64>,
    pub(super) per_s: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) remaining_s: Option<u64>,
    pub(super) parts: u32,
    pub(super) parts_done: u32,
}

/// The result of the comparison with the generation in use.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Comparison {
    pub(super) rows: u64,
    pub(super) different: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) first: Option<String>,
    pub(super) read_digest: String,
    pub(super) new_digest: String,
}

impl Generations {
    /// Reads them from the shop.
    pub(super) async fn of(operator: &Session, name: &str) -> Result<Self, ClientError> {
        operator.get(&["ops", "projections", name]).send().await?.accepted()?.json()
    }

    /// The highest number among them.
    pub(super) fn newest(&self) -> u32 {
        self.generations.iter().map(|generation| generation.generation).max().unwrap_or_default()
    }

    pub(super) fn find(&self, number: u32) -> Option<&Generation> {
        self.generations.iter().find(|generation| generation.generation == number)
    }
}
