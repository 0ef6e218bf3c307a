//! New events of the whole log, each once.
//!
//! The shop finds them through a view, whose lag differs between streams. So each read begins a while before the last
//! event, and leaves out the events that were seen.

use super::event::{Event, PAGE, events};
use shop_client::{ClientError, Session};

use foldlog::Timestamp;
use std::collections::BTreeMap;

/// The maximum lag of the view, in milliseconds, for which all events are found.
const OVERLAP_MS: i64 = 5_000;

/// The events of the whole log.
pub(crate) struct Feed {
    operator: Session,
    seen: Seen,
}

/// The result of a read.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// The events not seen before, oldest first.
    pub(crate) events: Vec<Event>,
    /// Whether there were so many events that older ones may be missing.
    pub(crate) gap: bool,
}

impl Feed {
    /// The events that an operator sees.
    pub(crate) fn new(operator: Session) -> Self {
        Self { operator, seen: Seen::default() }
    }

    /// Goes on with another token.
    pub(crate) fn go_on_as(&mut self, operator: Session) {
        self.operator = operator;
    }

    /// The newest events, up to a limit.
    pub(crate) async fn newest(&mut self, limit: usize) -> Result<Vec<Event>, ClientError> {
        let request = self.operator.get(&["ops", "events"]).query("limit", &limit.min(PAGE));
        Ok(self.seen.fresh(events(request.send().await?)?))
    }

    /// All events from a moment on.
    pub(crate) async fn since(&mut self, moment: Timestamp) -> Result<Vec<Event>, ClientError> {
        let (mut found, mut from) = (Vec::new(), moment.to_string());
        loop {
            let request = self.operator.get(&["ops", "events"]).query("limit", &PAGE).query("after", &from);
            let page = events(request.send().await?)?;
            // The next page begins behind the last event: others may have the same moment.
            let last = page.last().filter(|_| page.len() == PAGE);
            let last = last.map(|event| format!("{}~{}", event.shown.at.0, event.shown.id));
            found.extend(page);
            match last {
                Some(last) => from = last,
                None => return Ok(self.seen.fresh(found)),
            }
        }
    }

    /// The events since the last read.
    pub(crate) async fn news(&mut self) -> Result<News, ClientError> {
        let Some(last) = self.seen.last() else {
            return Ok(News { events: self.newest(PAGE).await?, gap: false });
        };
        let from = Timestamp(last.0 - OVERLAP_MS);
        match self.since(from).await {
            Ok(events) => {
                self.seen.forget_before(from);
                Ok(News { events, gap: false })
            }
            // More streams moved than one answer covers.
            Err(failure) if failure.is_problem("invalid-request") => {
                let events = self.newest(PAGE).await?;
                Ok(News { gap: events.len() == PAGE, events })
            }
            Err(failure) => Err(failure),
        }
    }
}

/// The ids that were seen, and when their events were committed.
#[derive(Debug, Default)]
struct Seen(BTreeMap<String, Timestamp>);

impl Seen {
    /// Returns the events that were not seen before, and marks them as seen.
    fn fresh(&mut self, events: Vec<Event>) -> Vec<Event> {
        let mut fresh = Vec::new();
        for event in events {
            if self.0.insert(event.shown.id.clone(), event.shown.at.0).is_none() {
                fresh.push(event);
            }
        }
        fresh
    }

    /// When the last of them was committed.
    fn last(&self) -> Option<Timestamp> {
        self.0.values().max().copied()
    }

    /// Forgets events that no read can find again.
    fn forget_before(&mut self, moment: Timestamp) {
        self.0.retain(|_, at| *at >= moment);
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::tests::event;
    use super::*;

    fn ids(events: &[Event]) -> Vec<&str> {
        events.iter().map(|event| event.shown.id.as_str()).collect()
    }

    #[test]
    fn an_event_is_fresh_once_even_if_it_shows_up_late() {
        let mut seen = Seen::default();
        assert_eq!(ids(&seen.fresh(vec![event("cart-1", 1, 10), event("cart-3", 1, 30)])), ["cart-1@1", "cart-3@1"]);
        let look = vec![event("cart-1", 1, 10), event("cart-2", 1, 20), event("cart-3", 1, 30)];
        assert_eq!(ids(&seen.fresh(look)), ["cart-2@1"]);
        assert_eq!(seen.last(), Some(Timestamp(30)));
    }

    #[test]
    fn only_what_is_too_old_to_be_found_again_is_forgotten() {
        let mut seen = Seen::default();
        seen.fresh(vec![event("cart-1", 1, 10), event("cart-2", 1, 20)]);
        seen.forget_before(Timestamp(20));
        assert_eq!(ids(&seen.fresh(vec![event("cart-2", 1, 20)])), Vec::<&str>::new());
        assert_eq!(seen.0.len(), 1);
    }
}
