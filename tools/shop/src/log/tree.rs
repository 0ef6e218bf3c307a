//! The events that followed from a request, as a tree: each event is below its cause.

use super::event::Moment;
use super::table::{WIDE, short, trimmed};
use serde::Deserialize;

/// The indentation of an effect below its cause.
const INDENT: usize = 2;

/// The fields of an event that are shown.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Leaf {
    depth: usize,
    id: String,
    at: Moment,
    #[serde(rename = "type")]
    name: String,
    actor: String,
}

/// Lines events up, in the order of a tree.
#[derive(Debug)]
pub(crate) struct Tree {
    columns: Option<usize>,
}

impl Tree {
    /// A tree for a terminal with this number of columns; none for output that a program reads.
    pub(crate) const fn new(columns: Option<usize>) -> Self {
        Self { columns }
    }

    /// The lines: how long after the first event, type, id, who acted.
    pub(crate) fn lines(&self, events: &[Leaf]) -> Vec<String> {
        let begun = events.iter().map(|event| event.at.0.0).min().unwrap_or_default();
        let narrow = self.columns.is_some_and(|columns| columns < WIDE);
        let cells = |event: &Leaf| {
            let after = format!("+{} ms", event.at.0.0 - begun);
            let id = if narrow { short(&event.id) } else { event.id.clone() };
            (after, format!("{:indent$}{}", "", event.name, indent = event.depth * INDENT), id)
        };
        let cells: Vec<_> = events.iter().map(cells).collect();
        let widest = |of: fn(&(String, String, String)) -> &String| {
            cells.iter().map(|cells| of(cells).chars().count()).max().unwrap_or_default()
        };
        let (first, second, third) = (widest(|cells| &cells.0), widest(|cells| &cells.1), widest(|cells| &cells.2));
        let line = |((after, name, id), event): (&(String, String, String), &Leaf)| {
            trimmed(format!("{after:>first$}  {name:second$}  {id:third$}  {}", event.actor), self.columns)
        };
        cells.iter().zip(events).map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: &str = "0195f1c2a0b07000800000000000cafe";

    fn leaf(depth: usize, id: &str, name: &str, at: &str) -> Leaf {
        let text = format!(r#"{{"depth":{depth},"id":"{id}","type":"{name}","at":"{at}","actor":"a","more":1}}"#);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn effects_stand_below_their_causes_with_the_time_since_the_first() {
        let events = [
            leaf(0, &format!("cart-{ORDER}@3"), "CartCheckedOut", "2026-11-21T09:52:03.045Z"),
            leaf(1, &format!("fulfilment-{ORDER}@1"), "Requested", "2026-11-21T09:52:04.146Z"),
            leaf(2, "stock-berlin.mug@12", "StockReserved", "2026-11-21T09:52:04.147Z"),
        ];
        let expected = [
            format!("   +0 ms  CartCheckedOut     cart-{ORDER}@3        a"),
            format!("+1101 ms    Requested        fulfilment-{ORDER}@1  a"),
            format!("+1102 ms      StockReserved  {:45}  a", "stock-berlin.mug@12"),
        ];
        assert_eq!(Tree::new(None).lines(&events), expected);
        let narrow = Tree::new(Some(60)).lines(&events);
        assert_eq!(narrow[0], "   +0 ms  CartCheckedOut     cart-…0000cafe@3        a");
        assert!(narrow.iter().all(|line| line.chars().count() <= 60), "{narrow:?}");
        assert_eq!(Tree::new(None).lines(&[]), Vec::<String>::new());
    }
}
