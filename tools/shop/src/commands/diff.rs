//! `shop diff`: the changes in a stream's state.

use crate::failure::Failure;
use crate::global::Global;
use crate::log::place;
use crate::terminal;
use foldlog::StreamName;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shop_api::responses::StreamPlace;

/// Compare the state of a stream at two versions or moments
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each line is a change: its place in the state (a JSON pointer), the old value and the new one; - if there is none.

Examples:
  shop diff stock-berlin.mug --from 10 --to 12
  shop diff order-0195f1c2a0b07000800000000000cafe --from 0
  shop diff product-mug --from 2026-11-01T00:00:00Z --to 1h --json | jq .changes")]
pub(crate) struct Diff {
    /// Its name, such as product-mug, stock-berlin.mug, cart-<ID>, order-<ID> or fulfilment-<ID>
    stream: StreamName,
    /// The first place: a version (0 is before the first event), a time, or how long ago, such as 10m
    #[arg(long, value_name = "PLACE", value_parser = place)]
    from: String,
    /// The second place, in the same form [default: now]
    #[arg(long, value_name = "PLACE", value_parser = place)]
    to: Option<String>,
}

/// The changes, in reading order.
#[derive(Serialize, Deserialize)]
struct Answer {
    stream: String,
    from: StreamPlace,
    to: StreamPlace,
    changes: Vec<Change>,
}

#[derive(Serialize, Deserialize)]
struct Change {
    path: String,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    before: Option<Value>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    after: Option<Value>,
}

/// The value, even if it is null.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Diff {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let operator = global.operator().await?;
        let mut request = operator.get(&["ops", "streams", self.stream.as_str(), "diff"]).query("from", &self.from);
        if let Some(to) = &self.to {
            request = request.query("to", to);
        }
        let answer: Answer = request.send().await?.accepted()?.json()?;
        if global.json {
            return terminal::json_line(&answer);
        }
        let Answer { stream, from, to, changes } = answer;
        terminal::remark(&format!("{stream}@{} → {stream}@{}: {} changes", from.version, to.version, changes.len()));
        lines(&changes).iter().try_for_each(|line| terminal::line(line))
    }
}

/// The changes in columns.
fn lines(changes: &[Change]) -> Vec<String> {
    let shown = |value: &Option<Value>| value.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
    let cells: Vec<_> =
        changes.iter().map(|change| (&change.path, shown(&change.before), shown(&change.after))).collect();
    let widest = |cell: fn(&(&String, String, String)) -> usize| cells.iter().map(cell).max().unwrap_or_default();
    let (path, before) = (widest(|cells| cells.0.chars().count()), widest(|cells| cells.1.chars().count()));
    cells.iter().map(|(at, one, other)| format!("{at:path$}  {one:before$}  → {other}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changes_line_up_and_nothing_is_told_from_null() {
        let changes = json!([
            { "path": "/lines/0/quantity", "before": 1, "after": 2 },
            { "path": "/card", "before": null },
            { "path": "", "after": "open" },
        ]);
        let changes: Vec<Change> = serde_json::from_value(changes.clone()).unwrap();
        let expected =
            ["/lines/0/quantity  1     → 2", "/card              null  → -", "                   -     → \"open\""];
        assert_eq!(lines(&changes), expected);
        assert_eq!(serde_json::to_value(&changes[1]).unwrap(), json!({ "path": "/card", "before": null }));
    }
}
