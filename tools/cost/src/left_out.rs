//! The usage that differs between equal runs of the counted story, or between the days of a month.

use foldlog_local::Usage;

/// The register of generations, and the function that reads it for many concurrent lookups. The number of those reads
/// depends on which answer comes first. Each of them is one unit, and they are left out.
const GENERATIONS: &str = "Generations";
const ASKER: &str = "reconcile";
const ASKED: &str = "GetItem";

/// The table of the log, and the request by which the daily run reads the audit records of the last hours. On the first
/// days of a month they lie in the streams of two months.
const LOG: &str = "EventLog";
const AUDITED: &str = "Query";

/// Leaves out the reads of all but one month of audit records: each is one strongly consistent read of one unit.
pub(crate) fn leave_out_months(usage: &mut Usage, months: usize) {
    let more = u64::try_from(months.saturating_sub(1)).unwrap_or_default();
    if let Some(log) = usage.capacity.get_mut(LOG).and_then(|functions| functions.get_mut(ASKER)) {
        log.half_reads = log.half_reads.saturating_sub(2 * more);
    }
    if let Some(queries) = usage.requests.get_mut(ASKER).and_then(|operations| operations.get_mut(AUDITED)) {
        *queries = queries.saturating_sub(more);
    }
}

/// Leaves out the usage that differs between equal runs.
pub(crate) fn leave_out(usage: &mut Usage) {
    let Some(reads) = usage.capacity.get_mut(GENERATIONS).and_then(|functions| functions.remove(ASKER)) else { return };
    if let Some(operations) = usage.requests.get_mut(ASKER) {
        operations.entry(ASKED.to_owned()).and_modify(|count| *count = count.saturating_sub(reads.half_reads / 2));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_days_of_a_month_cost_the_same() {
        let months = |at: &str| reconcile::audited(at.parse().unwrap()).len();
        assert_eq!((months("2026-11-15T12:00:00Z"), months("2026-12-01T00:30:00Z")), (1, 2));
        let queries = |count: u64| -> Usage {
            let capacity = json!({ LOG: { ASKER: { "table_writes": 0, "half_reads": 2 * count } } });
            let requests = json!({ ASKER: { AUDITED: count } });
            let nothing = json!({});
            serde_json::from_value(json!({
                "invocations": nothing, "requests": requests, "capacity": capacity,
                "events": nothing, "messages": nothing, "refused": nothing,
            }))
            .unwrap()
        };
        let mut used = queries(9);
        leave_out_months(&mut used, 1);
        assert_eq!(used, queries(9));
        leave_out_months(&mut used, 2);
        assert_eq!(used, queries(8));
    }
}
