//! Publishing in batches. If the bus takes a part of a batch, only the rest is sent again.

use crate::entry::{Outgoing, portions};
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::error::DisplayErrorContext;
use foldlog::react::bus::{Bus, BusEntry, BusError};
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// How often an entry that the bus rejects is sent. The SDK repeats requests that fail as a whole.
const TRIES: u32 = 5;
/// The longest pause before the second attempt. Each further one may be twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// One event bus; clones share the client. Publishing needs `events:PutEvents` on it.
#[derive(Clone, Debug)]
pub struct EventBridgeBus {
    client: Client,
    bus: String,
}

impl EventBridgeBus {
    /// The bus of this name or ARN.
    pub fn new(client: Client, bus: impl Into<String>) -> Self {
        Self { client, bus: bus.into() }
    }

    /// Sends entries that fit into one request, until the bus has taken all of them.
    async fn send(&self, mut entries: Vec<Outgoing>) -> Result<(), BusError> {
        let mut longest = FIRST_PAUSE;
        let mut tried = 1;
        loop {
            let request = entries.iter().map(|outgoing| outgoing.entry.clone()).collect();
            let answer = self.client.put_events().set_entries(Some(request)).send().await;
            let answer = answer.map_err(|error| failed(&entries, DisplayErrorContext(&error).to_string()))?;
            let mut results = answer.entries().iter();
            let mut reason = None;
            // If the response has no result for an entry, the bus may not have taken it.
            entries.retain(|outgoing| {
                let result = results.next();
                let taken = result.is_some_and(|result| result.error_code().is_none());
                if !taken && reason.is_none() {
                    let code = result.and_then(|result| result.error_code()).unwrap_or("no result");
                    let message = result.and_then(|result| result.error_message()).unwrap_or_default();
                    reason = Some(format!("{}: {code} {message}", outgoing.event));
                }
                !taken
            });
            match reason {
                None => return Ok(()),
                Some(reason) if tried == TRIES => {
                    let reason = format!("{} entries after {TRIES} tries, first {reason}", entries.len());
                    return Err(failed(&entries, reason));
                }
                Some(_) => {
                    tokio::time::sleep(jittered(longest)).await;
                    longest *= 2;
                    tried += 1;
                }
            }
        }
    }
}

/// Full jitter: a random pause between zero and the longest, so that functions that were rejected together do not come
/// again together.
fn jittered(longest: Duration) -> Duration {
    let thousandth = RandomState::new().hash_one(()) % 1_001;
    longest * u32::try_from(thousandth).unwrap_or_default() / 1_000
}

/// The error that these entries, and all after them, are not known to have been published.
fn failed(entries: &[Outgoing], reason: String) -> BusError {
    BusError { first: entries.first().map_or(0, |outgoing| outgoing.position), reason }
}

impl Bus for EventBridgeBus {
    async fn publish(&self, entries: &[BusEntry]) -> Result<(), BusError> {
        let outgoing = entries.iter().enumerate().map(|(position, entry)| {
            let outgoing = Outgoing::new(&self.bus, position, entry);
            outgoing.map_err(|error| BusError { first: 0, reason: error.to_string() })
        });
        for portion in portions(outgoing.collect::<Result<_, _>>()?) {
            self.send(portion).await?;
        }
        Ok(())
    }
}
