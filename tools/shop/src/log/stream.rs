//! The events of one stream, by their versions.

use super::event::{Event, PAGE, events};
use shop_client::{ClientError, Session};

use foldlog::StreamName;

/// The events of one stream.
pub(crate) struct StreamFeed {
    operator: Session,
    stream: StreamName,
    last: u64,
}

impl StreamFeed {
    /// A stream from its first event on.
    pub(crate) const fn new(operator: Session, stream: StreamName) -> Self {
        Self { operator, stream, last: 0 }
    }

    /// Goes on with another token.
    pub(crate) fn go_on_as(&mut self, operator: Session) {
        self.operator = operator;
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
