//! The kit's bus on Amazon `EventBridge`: every event of every commit is one entry, and its detail is the event's
//! message.

mod bus;
mod entry;

pub use bus::EventBridgeBus;
pub use entry::{LARGEST_DETAIL_BYTES, LARGEST_REQUEST_BYTES, MOST_ENTRIES};
