//! The figures as a table.

use crate::figures::{Figures, Report};
use crate::thousandths::shown;

/// The width of each column.
const WIDTHS: [usize; 17] = [23, 8, 8, 7, 8, 8, 9, 9, 8, 8, 7, 7, 7, 7, 7, 7, 8];

/// The titles of the columns.
fn titles() -> [Cells; 2] {
    let ours = [
        "case", "/s", "", "ratio", "p50 us", "", "p99 us", "", "cpu us", "", "reqs", "", "lost", "", "writes", "reads",
        "bytes",
    ];
    let raw = ["", "", "raw", "", "", "raw", "", "raw", "", "raw", "", "raw", "races", "raw", "", "", ""];
    [ours, raw].map(|titles| titles.map(ToOwned::to_owned))
}

/// A table of a report, with its machine and its limits.
pub(crate) fn table(report: &Report) -> String {
    let titles = titles().into_iter();
    let text: String = titles.chain(report.cases.iter().map(row)).map(|cells| line(cells, WIDTHS, "")).collect();
    text + &format!(
        "\nMachine: {}.\n\
         The figures of one command; in a replay of one event, in a projection of one commit, but for the times, which are\n\
         those of a whole reading and of a batch of 100 commits. Visible: from a command's answer to its row, and to\n\
         reading back one's own put. Where there are two, the first is the event log's and the second the raw SDK\n\
         client's. Ratio is commands/s over commands/s, cpu the client's processor time. The store is an embedded one on\n\
         the same machine: absolute times mean little, counts are exact, ratios hold by and large.",
        report.machine
    )
}

/// A cell for each column.
type Cells = [String; WIDTHS.len()];

/// A line of a table: the first cell to the left, the others to the right, each after a gap.
pub(crate) fn line<const N: usize>(cells: [String; N], widths: [usize; N], gap: &str) -> String {
    let cells = cells.into_iter().zip(widths).enumerate();
    let padded = cells.map(|(column, (cell, width))| match column {
        0 => format!("{cell:<width$}"),
        _ => format!("{gap}{cell:>width$}"),
    });
    padded.collect::<String>().trim_end().to_owned() + "\n"
}

fn row(Figures { name, ours, raw, ratio }: &Figures) -> Cells {
    [
        name.clone(),
        ours.per_s.to_string(),
        raw.per_s.to_string(),
        format!("{ratio:.2}"),
        ours.p50_us.to_string(),
        raw.p50_us.to_string(),
        ours.p99_us.to_string(),
        raw.p99_us.to_string(),
        shown(ours.cpu_us, 1),
        shown(raw.cpu_us, 1),
        format!("{:.2}", ours.requests),
        format!("{:.2}", raw.requests),
        format!("{:.2}", ours.conflicts),
        format!("{:.2}", raw.conflicts),
        format!("{:.2}", ours.write_units),
        format!("{:.1}", ours.read_units),
        ours.bytes.to_string(),
    ]
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::case::{Case, LENGTHS};
    use crate::figures::{Rounds, Side};
    use crate::meter::Counts;
    use crate::thousandths::Thousandths;
    use std::time::Duration;

    /// A report of appends that take this long, and the raw client twice as long.
    pub(crate) fn report(micros: u64) -> Report {
        let side = |micros| Side::of(vec![Duration::from_micros(micros)], Duration::from_micros(micros), None);
        let rounds = |micros| {
            let counts = Counts { requests: 1, bytes: 900, write_units: Thousandths(1_000), ..Counts::default() };
            Rounds { timed: side(micros), counted: Side { counts, ..side(micros) } }
        };
        let figures = |case: Case| Figures::of(case.to_string(), &rounds(micros), &rounds(micros * 2));
        let cases = LENGTHS.iter().flat_map(|length| [Case::AppendWarm(*length), Case::AppendCold(*length)]);
        Report { machine: "1 x Quick".to_owned(), cases: cases.map(figures).collect() }
    }

    #[test]
    fn a_table_has_a_line_for_each_case_and_names_the_machine() {
        let text = table(&report(250));
        let lines: Vec<_> = text.lines().collect();
        let words: Vec<_> =
            lines.iter().find(|line| line.starts_with("append_cold_1000 ")).unwrap().split_whitespace().collect();
        assert_eq!(
            words,
            [
                "append_cold_1000",
                "4000",
                "2000",
                "2.00",
                "250",
                "500",
                "250",
                "500",
                "-",
                "-",
                "1.00",
                "1.00",
                "0.00",
                "0.00",
                "1.00",
                "0.0",
                "900"
            ]
        );
        assert!(lines.iter().all(|line| line.len() <= 150), "{text}");
        assert!(text.contains("Machine: 1 x Quick.") && text.contains("absolute times mean"));
    }
}
