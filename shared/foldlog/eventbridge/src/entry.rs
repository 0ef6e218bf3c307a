//! An event as an entry of a `PutEvents` request, and the entries in batches that one request takes.

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use foldlog::BusEntry;

/// The most entries that one request takes.
pub const MOST_ENTRIES: usize = 10;

/// The most bytes that the entries of one request may have together: they must be fewer than 256 KB
/// (Amazon `EventBridge` user guide, "Calculating `PutEvents` event entry size").
pub const LARGEST_REQUEST_BYTES: usize = 256 * 1024 - 1;

/// The most bytes of a detail that carries its payload. Its envelope, on the bus and in the queue after it, must fit
/// into 256 KB too.
pub const LARGEST_DETAIL_BYTES: usize = 240 * 1024;

/// The size of an entry's time, which is always the same.
const TIME_BYTES: usize = 14;

/// An entry on its way, with what error messages need to name it.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) event: String,
    /// Its position among all entries to publish.
    pub(crate) position: usize,
    pub(crate) size_bytes: usize,
    pub(crate) entry: PutEventsRequestEntry,
}

impl Outgoing {
    /// The entry for a bus: with the event's payload, or with a reference to it if it is too large.
    pub(crate) fn new(bus: &str, position: usize, entry: &BusEntry) -> Result<Self, serde_json::Error> {
        let mut detail = serde_json::to_string(&entry.detail)?;
        if detail.len() > LARGEST_DETAIL_BYTES {
            detail = serde_json::to_string(&entry.detail.reference())?;
        }
        let request = PutEventsRequestEntry::builder()
            .event_bus_name(bus)
            .source(&entry.source)
            .detail_type(&entry.detail_type)
            .detail(detail)
            .build();
        let size_bytes = entry_size_bytes(&request);
        Ok(Self { event: entry.detail.id.to_string(), position, size_bytes, entry: request })
    }
}

/// The size of an entry as the bus counts it: time, source, detail type, detail and resources. The bus's name and the
/// JSON around these do not count.
fn entry_size_bytes(entry: &PutEventsRequestEntry) -> usize {
    let time = entry.time().map_or(0, |_| TIME_BYTES);
    let texts = [entry.source(), entry.detail_type(), entry.detail()];
    let texts: usize = texts.into_iter().flatten().map(str::len).sum();
    time + texts + entry.resources().iter().map(String::len).sum::<usize>()
}

/// The entries in their order, in batches that one request takes.
pub(crate) fn portions(entries: Vec<Outgoing>) -> Vec<Vec<Outgoing>> {
    let mut portions: Vec<Vec<Outgoing>> = Vec::new();
    let mut size_bytes = 0;
    for entry in entries {
        size_bytes += entry.size_bytes;
        match portions.last_mut() {
            Some(portion) if portion.len() < MOST_ENTRIES && size_bytes <= LARGEST_REQUEST_BYTES => portion.push(entry),
            _ => {
                size_bytes = entry.size_bytes;
                portions.push(vec![entry]);
            }
        }
    }
    portions
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_eventbridge::primitives::DateTime;

    fn sized(size_bytes: usize) -> Outgoing {
        let entry = PutEventsRequestEntry::builder().build();
        Outgoing { event: format!("cart-{size_bytes}@1"), position: 0, size_bytes, entry }
    }

    fn sizes(sizes: impl IntoIterator<Item = usize>) -> Vec<Vec<usize>> {
        let portions = portions(sizes.into_iter().map(sized).collect());
        portions.iter().map(|portion| portion.iter().map(|entry| entry.size_bytes).collect()).collect()
    }

    #[test]
    fn no_entries_make_no_request() {
        assert!(sizes([]).is_empty());
    }

    #[test]
    fn a_request_takes_ten_entries() {
        assert_eq!(sizes(1..=10).len(), 1);
        assert_eq!(sizes(1..=21), [(1..=10).collect::<Vec<_>>(), (11..=20).collect(), vec![21]]);
    }

    #[test]
    fn a_request_takes_less_than_256_kb() {
        let half = 128 * 1024;
        assert_eq!(sizes([half, half - 1, 1]), [vec![half, half - 1], vec![1]]);
        assert_eq!(sizes([half, half, half - 1]), [vec![half], vec![half, half - 1]]);
        assert_eq!(sizes([262_143, 1, 262_143]), [vec![262_143], vec![1], vec![262_143]]);
    }

    #[test]
    fn an_entry_counts_time_source_detail_type_detail_and_resources_in_utf_8() {
        let entry = PutEventsRequestEntry::builder().source("desk.loan").detail_type("Käse").detail("{}");
        assert_eq!(entry_size_bytes(&entry.clone().event_bus_name("bus").build()), 9 + 5 + 2);
        let entry = entry.time(DateTime::from_secs(1)).resources("arn:1").resources("arn:22");
        assert_eq!(entry_size_bytes(&entry.build()), 9 + 5 + 2 + 14 + 5 + 6);
    }
}
