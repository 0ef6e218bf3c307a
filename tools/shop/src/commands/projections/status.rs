//! `shop projections status`: the generations and the lag of each read model.

use crate::failure::Failure;
use crate::global::Global;
use serde::{Deserialize, Serialize};
use shop_api::responses::Page;
use shop_client::Session;

/// Show for each read model its current generation, its fold, and how far it is behind
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The lag is that of the 50 most recently changed streams.

Examples:
  shop projections status
  shop projections status --json | jq 'select(.trouble)'")]
pub(crate) struct Status {}

/// A read model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Projection {
    pub(crate) name: String,
    pub(crate) generation: u32,
    pub(crate) schema: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) trouble: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rebuilding: Option<u32>,
    pub(crate) rows_behind: usize,
    pub(crate) commits_behind: usize,
    pub(crate) ms_behind: i64,
    pub(crate) parked: usize,
}

impl Status {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let operator = global.operator().await?;
        global.print_all(&all(&operator).await?, lines)
    }
}

/// Every read model.
pub(crate) async fn all(operator: &Session) -> Result<Vec<Projection>, Failure> {
    let projections: Page<Projection> = operator.get(&["ops", "projections"]).send().await?.accepted()?.json()?;
    Ok(projections.items)
}

/// The read models in columns.
fn lines(projections: &[Projection]) -> Vec<String> {
    let widest = projections.iter().map(|one| one.name.chars().count()).max().unwrap_or_default();
    let line = |one: &Projection| {
        let Projection { name, generation, schema, rows_behind, commits_behind, ms_behind, parked, .. } = one;
        let behind = match rows_behind {
            0 => "up to date".to_owned(),
            _ => format!("{rows_behind} rows behind by {commits_behind} commits, {ms_behind} ms"),
        };
        let parked = if *parked > 0 { format!(", {parked} parked") } else { String::new() };
        let rebuilding = one.rebuilding.map_or_else(String::new, |new| format!(", generation {new} under way"));
        let trouble = one.trouble.as_ref().map_or_else(String::new, |trouble| format!("; {trouble}"));
        format!("{name:widest$}  generation {generation} of fold {schema}  {behind}{parked}{rebuilding}{trouble}")
    };
    projections.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_what_is_out_of_order() {
        let order = Projection {
            name: "order".to_owned(),
            generation: 1,
            schema: 1,
            trouble: Some("fold 2 waits".to_owned()),
            rebuilding: Some(2),
            rows_behind: 3,
            commits_behind: 4,
            ms_behind: 5,
            parked: 6,
        };
        let cart = Projection {
            name: "cart".to_owned(),
            trouble: None,
            rebuilding: None,
            rows_behind: 0,
            parked: 0,
            ..order.clone()
        };
        assert_eq!(
            lines(&[order, cart]),
            [
                "order  generation 1 of fold 1  3 rows behind by 4 commits, 5 ms, 6 parked, generation 2 under way; fold 2 waits",
                "cart   generation 1 of fold 1  up to date"
            ]
        );
    }
}
