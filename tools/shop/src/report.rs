//! Requests that the shop carries out after it has answered: their reports appear in the audit stream.

use crate::failure::Failure;
use crate::terminal;
use serde_json::json;
use shop_api::operations::Recorded;
use shop_api::responses::{LogEvent, Page};
use shop_client::Session;
use shop_domain::audit::Event;
use std::time::{Duration, Instant};

/// The pause between two looks.
const LOOK: Duration = Duration::from_millis(250);
/// The maximum wait for a report: a piece of the longest request takes ten minutes.
const PATIENCE: Duration = Duration::from_mins(15);

/// Sends a request, and waits for what came of it. If you end the command, the shop goes on all the same.
pub(crate) async fn reported(operator: &Session, path: &[&str], meanwhile: &'static str) -> Result<Event, Failure> {
    let recorded: Recorded = operator.post(path).send().await?.accepted()?.json()?;
    let waiting = terminal::styled("{spinner} {msg} {elapsed}", None).with_message(meanwhile);
    let found = report_on(operator, &recorded).await;
    waiting.finish_and_clear();
    found
}

async fn report_on(operator: &Session, request: &Recorded) -> Result<Event, Failure> {
    let stream = request.stream.to_string();
    let (cause, mut after) = (format!("{stream}@{}", request.version), request.version);
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        let events = operator.get(&["ops", "streams", &stream]).query("after", &after);
        let Page::<LogEvent> { items, .. } = events.send().await?.accepted()?.json()?;
        for event in &items {
            if event.causation.as_deref() == Some(&*cause) {
                let report = json!({ "type": event.name, "data": event.data });
                return serde_json::from_value(report).map_err(|_| Failure::Unreported(cause));
            }
        }
        after = items.last().map_or(after, |last| last.version);
        if items.is_empty() {
            tokio::time::sleep(LOOK).await;
        }
    }
    Err(Failure::Unreported(cause))
}
