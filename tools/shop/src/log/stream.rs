//! The events of one stream, by their versions.

use super::event::{Event, PAGE, events};
use shop_client::{ClientError, Session};

use foldlog::StreamName;

/// The events of one stream.
pub(crate) struct StreamFeed<'a> {
    operator: &'a Session,
    stream: StreamName,
    last: u64,
}

impl<'a> StreamFeed<'a> {
    /// A stream from its first event on.
    pub(crate) const fn new(operator: &'a Session, stream: StreamName) -> Self {
        Self { operator, stream, last: 0 }
    }

    /// Its events since the last read.
    pub(crate) async fn news(&mut self) -> Result<Vec<Event>, ClientError> {
        let mut found = Vec::new();
        loop {
            let request = self.operator.get(&["ops", "streams", self.stream.as_str()]);
            let page = events(request.query("limit", &PAGE).query("after", &self.last).send().await?)?;
            let full = page.len() == PAGE;
            self.last = page.last().map_or(self.last, |event| event.shown.version);
            found.extend(page);
            if !full {
                return Ok(found);
            }
        }
    }
}
