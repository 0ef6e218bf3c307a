//! The figures as a table.

use super::starts::{Start, Starts};
use crate::table::line;
use crate::thousandths::{Thousandths, shown};

/// The width of each column.
const WIDTHS: [usize; 10] = [20, 6, 8, 8, 8, 8, 8, 8, 8, 8];

/// A cell for each column.
type Cells = [String; WIDTHS.len()];

/// The titles of the columns.
const TITLES: [[&str; WIDTHS.len()]; 2] = [
    ["program", "size", "over", "1st poll", "over", "over", "1st ans.", "resident", "", "over"],
    ["", "MB", "default", "ms", "default", "leanest", "ms", "MiB half", "MiB all", "default"],
];

/// The table: a line for each program, the machine, and how to read it.
pub(crate) fn table(starts: &Starts) -> String {
    let titles = TITLES.iter().map(|titles| titles.map(ToOwned::to_owned));
    let lines: String = titles.chain(starts.programs.iter().map(row)).map(|cells| line(cells, WIDTHS, " ")).collect();
    let Starts { machine, rounds, requests, .. } = starts;
    format!(
        "{lines}\nMachine: {machine}.\n\
         Medians of {rounds} starts, and of the ratios of each round. First poll: from before the process is made to its\n\
         first question for an event; first answer: from its first event to the answer, with the first connection.\n\
         Resident memory after half of {requests} events, and after all. sdk-default reads once for each event with the\n\
         SDK's client and its defaults, sdk-leanest with what it cannot do without. Absolute times mean little."
    )
}

fn row(start: &Start) -> Cells {
    let [half, all] = start.resident_kib.map(|kib| kib.map(|kib| Thousandths::ratio(kib, 1_024)));
    [
        start.name.clone(),
        format!("{:.1}", Thousandths(start.bytes / 1_000)),
        format!("{:.2}", start.bytes_ratio),
        format!("{:.2}", Thousandths(start.first_poll_us)),
        format!("{:.2}", start.first_poll_over_default),
        format!("{:.2}", start.first_poll_over_leanest),
        format!("{:.2}", Thousandths(start.first_answer_us)),
        shown(half, 1),
        shown(all, 1),
        shown(start.resident_ratio, 2),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_has_its_line() {
        let start = Start {
            name: "cart-commands".to_owned(),
            bytes: 13_640_000,
            bytes_ratio: Thousandths(1_351),
            first_poll_us: 2_345,
            first_poll_over_default: Thousandths(456),
            first_poll_over_leanest: Thousandths(1_089),
            first_answer_us: 3_210,
            resident_kib: [Some(10_240), Some(10_496)],
            resident_ratio: Some(Thousandths(1_025)),
        };
        let unknown = Start { resident_kib: [None; 2], resident_ratio: None, ..start.clone() };
        let starts =
            Starts { machine: "1 x Quick".to_owned(), rounds: 40, requests: 1_000, programs: vec![start, unknown] };
        let text = table(&starts);
        let words = |number: usize| text.lines().nth(number).unwrap().split_whitespace().collect::<Vec<_>>();
        let of_both = ["cart-commands", "13.6", "1.35", "2.34", "0.45", "1.08", "3.21"];
        assert_eq!(words(2), [&of_both[..], &["10.0", "10.2", "1.02"]].concat());
        assert_eq!(words(3), [&of_both[..], &["-", "-", "-"]].concat());
        assert!(text.contains("Machine: 1 x Quick.") && text.contains("of 40 starts"));
    }
}
