//! Stores that fail as remote ones do, by seed, for tests and simulations. The same seed, polled in the same order,
//! fails at the same places.
//!
//! [`FaultyLog`], [`FaultyViews`], [`FaultyTotalsStore`], [`FaultyParked`] and [`FaultyBus`] are each a [`Faulty`] store,
//! and share one [`FaultModel`]: requests and answers are delayed, lost, repeated and carried out late.

mod bus;
mod fault_model;
mod keys;
mod log;
mod parked;
mod store;
mod totals_store;
mod views;

pub use bus::FaultyBus;
pub use fault_model::FaultModel;
pub use keys::FaultyKeys;
pub use log::FaultyLog;
pub use parked::FaultyParked;
pub use store::Faulty;
pub use totals_store::FaultyTotalsStore;
pub use views::FaultyViews;

use std::future::poll_fn;
use std::task::Poll;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::Display, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Fault {
    /// The store carried out the request, and its answer was lost.
    LostAnswer,
    /// The caller gave up the request, which takes effect later if it still can.
    Late,
    /// The request was lost.
    Dropped,
    /// The store refused: it was throttled, or had a failure of its own.
    Throttled,
    /// The store refused because another transaction was using the item.
    TransactionConflict,
    /// No answer came until the caller gave up, long after. The request may have arrived or not.
    Hang,
    /// An eventually consistent read showed the stream as it was at an earlier read.
    StaleRead,
}

/// How often each fault strikes, in requests out of 1,000, and how often a failed append is sent again. By default
/// nothing fails.
#[derive(Clone, Copy, Debug, Default)]
pub struct Odds {
    /// [`Fault::LostAnswer`].
    pub lost_answer: u16,
    /// [`Fault::Late`]; appends only.
    pub late: u16,
    /// [`Fault::Dropped`].
    pub dropped: u16,
    /// [`Fault::Throttled`].
    pub throttled: u16,
    /// [`Fault::TransactionConflict`]; appends only.
    pub transaction_conflict: u16,
    /// [`Fault::Hang`].
    pub hang: u16,
    /// [`Fault::StaleRead`]; eventually consistent loads only.
    pub stale_read: u16,
    /// How often a failed append is sent again, unchanged, before the caller sees the failure: as an SDK does.
    pub resent: u16,
}

impl Odds {
    /// More fails than on any real day: about three appends in ten.
    pub const ROUGH: Self = Self {
        lost_answer: 80,
        late: 80,
        dropped: 40,
        throttled: 50,
        transaction_conflict: 40,
        hang: 20,
        stale_read: 500,
        resent: 500,
    };
}

/// Lets other tasks go first, `times` times.
async fn pass(times: u8) {
    for _ in 0..times {
        yield_now().await;
    }
}

/// Lets the other ready tasks go first, on any executor.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
