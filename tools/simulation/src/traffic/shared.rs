//! The state that the clients of a run share: orders, accounts, and the answers that they got.

use crate::actions::ClientRecord;
use crate::judge::Violation;
use crate::world::{World, lock};
use shop_domain::values::{AccountId, OrderId};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// The number of customers.
pub(super) const CUSTOMERS: usize = 5;

/// The shared state of all clients.
pub(crate) struct Traffic {
    pub(crate) world: Arc<World>,
    pub(super) records: Mutex<Vec<ClientRecord>>,
    pub(super) wrong: Mutex<Option<Violation>>,
    pub(super) keys: AtomicU64,
    /// The orders and accounts that clients know of.
    pub(super) orders: Mutex<Vec<OrderId>>,
    pub(super) accounts: Mutex<Vec<AccountId>>,
    /// The number of active clients.
    pub(super) active: AtomicUsize,
}

impl Traffic {
    pub(crate) fn new(world: &Arc<World>) -> Arc<Self> {
        Arc::new(Self {
            world: world.clone(),
            records: Mutex::default(),
            wrong: Mutex::default(),
            keys: AtomicU64::default(),
            orders: Mutex::default(),
            accounts: Mutex::default(),
            active: AtomicUsize::new(1 + CUSTOMERS),
        })
    }

    /// Whether all clients are done.
    pub(crate) fn is_over(&self) -> bool {
        self.active.load(Ordering::Relaxed) == 0
    }

    /// The action of each client, and its answer.
    pub(crate) fn records(&self) -> Vec<ClientRecord> {
        lock(&self.records).clone()
    }

    /// The first wrong answer to a read.
    pub(crate) fn wrong(&self) -> Option<Violation> {
        lock(&self.wrong).clone()
    }
}
