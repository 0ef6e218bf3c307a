//! The deletion of an account by its owner.
//!
//! What stays true, whatever runs at the same time: once the stream of the account has `AccountClosed`, no order is placed
//! any more. An order is placed with the card and address of an active account, read strongly, and a closed account is
//! never active again. So a checkout at that time ends in a failed order, as it does for a suspended account.
//!
//! Whether orders are open is read from a view, which may be some seconds behind. An order that the view does not have yet
//! goes on without its customer's data. If it was not charged yet, it cannot be charged, and fails; its goods are released.

use crate::AccountCommands;
use foldlog::{Direction, Lookup, Lookups, Projection, Reader};
use foldlog_functions::KeyPorts;
use foldlog_lambda::Problem;
use shop_domain::values::AccountId;
use shop_domain::views::order::{BY_ACCOUNT, PLACED, View};

/// The number of orders that one request to the view reads,
const PAGE: usize = 500;
/// and the maximum number of such requests. What 10,000 newer orders follow has ended.
const MOST_PAGES: usize = 20;

impl<P: KeyPorts> AccountCommands<P> {
    /// Whether an order of an account has not ended yet. The newest orders are read first.
    pub(crate) async fn has_open_orders(&self, account: &AccountId) -> Result<bool, Problem> {
        let reader = Reader::of(&self.orders, View::folds()).await?;
        let first = BY_ACCOUNT.first(reader.generation(), account.as_str(), PAGE);
        let mut from: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let lookup = Lookup { from: from.as_deref(), direction: Direction::Descending, ..first };
            let rows = self.orders.query(&lookup).await?;
            let mut last = None;
            for (_, row) in &rows {
                let Some(document) = reader.document(row)? else { continue };
                if document.timeline.last().is_some_and(|step| !step.status.is_ended()) {
                    return Ok(true);
                }
                last = View::index(&document).into_iter().find(|(name, _)| *name == PLACED);
            }
            let Some((_, place)) = last.filter(|_| rows.len() == PAGE) else { return Ok(false) };
            from = Some(place);
        }
        Ok(false)
    }

    /// Destroys the key of a closed account, as the erasure by an operator does. If this fails, the client gets an error,
    /// and the same request again destroys it: closing a closed account changes nothing else.
    pub(crate) async fn erase(&self, account: &AccountId) -> Result<(), Problem> {
        Ok(self.keys.destroy(account.as_str()).await?)
    }
}
