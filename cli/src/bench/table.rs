//! The figures for a person.

use super::figures::{Figures, Report};
use std::fmt::Write;

/// A table, the machine it was made on, and what it does not say.
pub(crate) fn table(report: &Report) -> String {
    let mut text = format!(
        "{:<18} {:>8} {:>8} {:>8} {:>8} {:>8} {:>7} {:>8} {:>8} {:>7} {:>8} {:>6}\n",
        "case",
        "commands",
        "/s",
        "p50 us",
        "p99 us",
        "requests",
        "writes",
        "reads",
        "bytes",
        "cpu us",
        "raw /s",
        "ratio"
    );
    for case in &report.cases {
        // Writing to a text does not fail.
        let _ = writeln!(text, "{}", row(case));
    }
    let _ = write!(
        text,
        "\nMachine: {}. Requests, write and read units, bytes and processor time are those of one command; ratio is\n\
         commands/s over the raw SDK client's. The store is an embedded one on the same machine: absolute times mean\n\
         little, counts are exact, ratios hold by and large.",
        report.machine
    );
    text
}

fn row(case: &Figures) -> String {
    let cpu = case.cpu_us.map_or_else(|| "-".to_owned(), |cpu| cpu.to_string());
    format!(
        "{:<18} {:>8} {:>8} {:>8} {:>8} {:>8.2} {:>7.2} {:>8.1} {:>8} {:>7} {:>8} {:>6.2}",
        case.name,
        case.commands,
        case.per_s,
        case.p50_us,
        case.p99_us,
        case.requests,
        case.write_units,
        case.read_units,
        case.bytes,
        cpu,
        case.raw_per_s,
        case.ratio
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::bench::case::{Case, LENGTHS};
    use crate::bench::figures::{Side, Thousandths};
    use crate::bench::meter::Counts;
    use std::time::Duration;

    /// A report of appends that take this long, and the raw client twice as long.
    pub(crate) fn report(micros: u64) -> Report {
        let side = |micros| Side {
            durations: vec![Duration::from_micros(micros)],
            wall: Duration::from_micros(micros),
            cpu: None,
        };
        let figures = |case: Case| {
            let counts = Counts { requests: 1, bytes: 900, write_units: Thousandths(1_000), ..Counts::default() };
            Figures::of(case.to_string(), &side(micros), &side(micros * 2), counts, 1)
        };
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
            ["append_cold_1000", "1", "4000", "250", "250", "1.00", "1.00", "0.0", "900", "-", "2000", "2.00"]
        );
        assert!(text.contains("Machine: 1 x Quick.") && text.contains("absolute times mean"));
    }
}
