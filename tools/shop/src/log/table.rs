//! Events as lines of a table: time, id, type, cause, correlation id, payload.

use super::event::Event;
use std::fmt::Write;

/// The terminal width from which only the payload is shortened.
pub(super) const WIDE: usize = 180;
/// The number of characters of an id that a narrow terminal shows: its end, because ids of one moment begin alike.
const ID_DIGITS: usize = 32;
const SHORT_DIGITS: usize = 8;
/// The number of characters of a correlation id that are shown.
const CORRELATION_DIGITS: usize = 8;
/// The mark in place of the part that is left out.
const ELLIPSIS: char = '…';

/// Lines events up. Columns grow with their contents and never shrink.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Option<usize>,
    widths: [usize; 4],
}

impl Table {
    /// A table for a terminal with this number of columns; none for output that a program reads.
    pub(crate) const fn new(columns: Option<usize>) -> Self {
        Self { columns, widths: [0; 4] }
    }

    /// The lines of events that are printed together.
    pub(crate) fn lines(&mut self, events: &[Event]) -> Vec<String> {
        let rows: Vec<_> = events.iter().map(|event| self.cells(event)).collect();
        for row in &rows {
            for (width, cell) in self.widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        rows.into_iter().zip(events).map(|(row, event)| self.line(&row, event)).collect()
    }

    fn cells(&self, event: &Event) -> [String; 4] {
        let shown = &event.shown;
        let moment = shown.at.0.to_string();
        let causation = shown.causation.as_deref().map_or_else(String::new, |cause| format!("← {cause}"));
        if self.columns.is_none_or(|columns| columns >= WIDE) {
            return [moment, shown.id.clone(), shown.name.clone(), causation];
        }
        let time = moment.split(['T', 'Z']).nth(1).unwrap_or(&moment).to_owned();
        [time, short(&shown.id), shown.name.clone(), short(&causation)]
    }

    fn line(&self, cells: &[String; 4], event: &Event) -> String {
        let mut line = String::new();
        for (cell, &width) in cells.iter().zip(&self.widths) {
            // Writing to a string cannot fail.
            let _ = write!(line, "{cell:width$}  ");
        }
        let correlation: Vec<char> = event.shown.correlation.chars().collect();
        line.extend(&correlation[correlation.len().saturating_sub(CORRELATION_DIGITS)..]);
        line.push_str("  ");
        line.push_str(event.shown.data.get());
        trimmed(line, self.columns)
    }
}

/// A text with its long ids shortened to their ends.
pub(super) fn short(text: &str) -> String {
    let mut short = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_hexdigit()) {
        let (before, from) = rest.split_at(start);
        let digits = from.find(|letter: char| !letter.is_ascii_hexdigit()).unwrap_or(from.len());
        let (run, behind) = from.split_at(digits);
        short.push_str(before);
        if digits == ID_DIGITS {
            short.push(ELLIPSIS);
            short.push_str(&run[digits - SHORT_DIGITS..]);
        } else {
            short.push_str(run);
        }
        rest = behind;
    }
    short + rest
}

/// A line that fits the terminal.
pub(super) fn trimmed(line: String, columns: Option<usize>) -> String {
    match columns {
        Some(columns) if line.chars().count() > columns => {
            line.chars().take(columns.saturating_sub(1)).chain([ELLIPSIS]).collect()
        }
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CART: &str = "0195f1c2a0b07000800000000000cafe";

    fn event(id: &str, name: &str, causation: &str) -> Event {
        let text = format!(
            r#"{{"id":"{id}","at":"2026-11-21T09:52:03.045Z","version":1,"type":"{name}","data":{{"sku":"mug"}},"correlation":"0195f1c2a0b07000800000001234abcd","causation":"{causation}"}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_program_reads_every_id_whole() {
        let order = event(&format!("order-{CART}@1"), "OrderPlaced", &format!("fulfilment-{CART}@1"));
        let lines = Table::new(None).lines(&[order]);
        let expected = format!(
            "2026-11-21T09:52:03.045Z  order-{CART}@1  OrderPlaced  ← fulfilment-{CART}@1  1234abcd  {{\"sku\":\"mug\"}}"
        );
        assert_eq!(lines, [expected]);
    }

    #[test]
    fn on_a_narrow_terminal_ids_are_short_and_lines_fit() {
        let order = event(&format!("order-{CART}@1"), "OrderPlaced", &format!("fulfilment-{CART}@1"));
        let mut table = Table::new(Some(100));
        let expected =
            "09:52:03.045  order-…0000cafe@1  OrderPlaced  ← fulfilment-…0000cafe@1  1234abcd  {\"sku\":\"mug\"}";
        assert_eq!(table.lines(std::slice::from_ref(&order)), [expected]);
        let narrow = Table::new(Some(40)).lines(&[order]);
        assert_eq!(narrow[0].chars().count(), 40);
        assert!(narrow[0].starts_with("09:52:03.045  order-…0000cafe@1") && narrow[0].ends_with('…'));
    }

    #[test]
    fn columns_line_up_within_and_across_what_is_printed_together() {
        let mut table = Table::new(Some(120));
        let first =
            table.lines(&[event("stock-berlin.mug@12", "StockReserved", "x-1@1"), event("cart-1@1", "A", "y-1@1")]);
        let second = table.lines(&[event("cart-2@1", "B", "z-1@1")]);
        let arrow = |line: &str| line.chars().position(|letter| letter == '←');
        assert!(arrow(&first[0]).is_some());
        assert_eq!(arrow(&first[0]), arrow(&first[1]));
        assert_eq!(arrow(&first[0]), arrow(&second[0]));
    }

    #[test]
    fn only_ids_of_full_length_are_shortened() {
        assert_eq!(short("product-decade@1"), "product-decade@1");
        assert_eq!(short(&format!("cart-{CART}@12")), "cart-…0000cafe@12");
        assert_eq!(short(&format!("cart-{CART}a@12")), format!("cart-{CART}a@12"));
        assert_eq!(short("← stock-köln.mug"), "← stock-köln.mug");
    }
}
