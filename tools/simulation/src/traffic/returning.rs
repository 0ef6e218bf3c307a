//! Goods that customers send back: the staff take them back.

use super::any_return;
use super::client::Client;
use shop_domain::order::Status;
use shop_domain::values::OrderId;

/// The maximum number of times that a client waits for the delivery.
const LOOKS: usize = 4;

impl Client {
    /// The staff take some goods of a delivered order back, now and then in two goes, at once or more than there are.
    pub(super) async fn have_goods_back(&self, order: &OrderId) {
        for _ in 0..LOOKS {
            if self.order(order) == Some(Status::Delivered) {
                break;
            }
            self.think().await;
        }
        let staff = self.traffic.clone().sam();
        let times = self.world().dice(|dice| dice.usize(..=3));
        for _ in 0..times {
            let lines = self.lines(order).into_iter();
            let action = self.world().dice(|dice| any_return(order.clone(), lines, dice));
            let _ = staff.ask(action).await;
            if !self.once_in(3) {
                self.think().await;
            }
        }
    }
}
