//! The actions of customers and staff, as requests.

use crate::keys::card_id;
use foldlog::write::identity::subject_id;
use foldlog::{StreamName, Version};
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shop_domain::values::{AccountId, CardToken, CartId, OrderId, ShipmentId, Sku, StockId, WarehouseId};
use shop_domain::{account, cart, order, product, shipment, stock};
use std::collections::BTreeMap;

/// An action of a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum ClientAction {
    RegisterProduct { sku: Sku, price: i64 },
    RepriceProduct { sku: Sku, price: i64 },
    ListProduct { sku: Sku },
    DelistProduct { sku: Sku },
    ReceiveStock { warehouse: WarehouseId, sku: Sku, quantity: u32 },
    AdjustStock { warehouse: WarehouseId, sku: Sku, on_hand: u64 },
    OpenAccount {},
    ConfirmAccount { account: AccountId },
    ActivateAccount { account: AccountId },
    SuspendAccount { account: AccountId },
    CloseAccount { account: AccountId },
    AddCard { account: AccountId, token: CardToken },
    RemoveCard { account: AccountId, token: CardToken },
    OpenCart {},
    AddItem { cart: CartId, sku: Sku, quantity: u32 },
    ChangeQuantity { cart: CartId, sku: Sku, quantity: u32 },
    RemoveItem { cart: CartId, sku: Sku },
    ClearCart { cart: CartId },
    CheckOut { cart: CartId, total: Option<i64> },
    CancelOrder { order: OrderId },
    RefuseOrder { order: OrderId },
    WithdrawReservation { order: OrderId, warehouse: WarehouseId, sku: Sku },
    ShipOrder { order: OrderId },
    PayOrder { order: OrderId, account: AccountId, card: CardToken },
    WriteOffOrder { order: OrderId },
    ReturnGoods { order: OrderId, goods: BTreeMap<Sku, u32>, refund: Option<i64>, warehouse: Option<WarehouseId> },
    DeliverShipment { shipment: ShipmentId },
}

impl ClientAction {
    /// The request: method, path and body.
    #[must_use]
    pub fn request(&self) -> (Method, String, Value) {
        let price = |amount: &i64| json!({ "amount": amount, "currency": "EUR" });
        let post = |path: String, body: Value| (Method::POST, path, body);
        let bare = |path: String| (Method::POST, path, json!({}));
        let delete = |path: String| (Method::DELETE, path, json!({}));
        match self {
            Self::RegisterProduct { sku, price: amount } => {
                post("/products".to_owned(), json!({ "sku": sku, "name": sku, "price": price(amount) }))
            }
            Self::RepriceProduct { sku, price: amount } => {
                post(format!("/products/{sku}/price"), json!({ "price": price(amount) }))
            }
            Self::ListProduct { sku } => bare(format!("/products/{sku}/list")),
            Self::DelistProduct { sku } => bare(format!("/products/{sku}/delist")),
            Self::ReceiveStock { warehouse, sku, quantity } => {
                post(format!("/stock/{warehouse}/{sku}/receive"), json!({ "quantity": quantity }))
            }
            Self::AdjustStock { warehouse, sku, on_hand } => {
                post(format!("/stock/{warehouse}/{sku}/adjust"), json!({ "on_hand": on_hand, "reason": REASON }))
            }
            Self::OpenAccount {} => post("/accounts".to_owned(), json!({ "name": PERSON, "email": EMAIL })),
            Self::ConfirmAccount { account } => bare(format!("/accounts/{account}/confirm")),
            Self::ActivateAccount { account } => bare(format!("/accounts/{account}/activate")),
            Self::SuspendAccount { account } => bare(format!("/accounts/{account}/suspend")),
            Self::CloseAccount { account } => delete(format!("/accounts/{account}")),
            Self::AddCard { account, token } => {
                post(format!("/accounts/{account}/cards"), json!({ "token": token, "brand": BRAND, "last4": DIGITS }))
            }
            Self::RemoveCard { account, token } => {
                delete(format!("/accounts/{account}/cards/{}", card_id(account, token)))
            }
            Self::OpenCart {} => bare("/carts".to_owned()),
            Self::AddItem { cart, sku, quantity } => {
                post(format!("/carts/{cart}/items"), json!({ "sku": sku, "quantity": quantity }))
            }
            Self::ChangeQuantity { cart, sku, quantity } => {
                (Method::PATCH, format!("/carts/{cart}/items/{sku}"), json!({ "quantity": quantity }))
            }
            Self::RemoveItem { cart, sku } => delete(format!("/carts/{cart}/items/{sku}")),
            Self::ClearCart { cart } => delete(format!("/carts/{cart}/items")),
            Self::CheckOut { cart, total } => {
                let shown = total.as_ref().map_or_else(|| json!({}), |amount| json!({ "total": price(amount) }));
                post(format!("/carts/{cart}/checkout"), shown)
            }
            Self::CancelOrder { order } => bare(format!("/orders/{order}/cancel")),
            Self::RefuseOrder { order } => post(format!("/orders/{order}/cancel"), json!({ "reason": REASON })),
            Self::WithdrawReservation { order, warehouse, sku } => {
                let body = json!({ "warehouse": warehouse, "sku": sku, "reason": REASON });
                post(format!("/orders/{order}/withdraw"), body)
            }
            Self::ShipOrder { order } => bare(format!("/orders/{order}/ship")),
            Self::PayOrder { order, account, card } => {
                post(format!("/orders/{order}/pay"), json!({ "card": card_id(account, card) }))
            }
            Self::WriteOffOrder { order } => post(format!("/orders/{order}/write-off"), json!({ "reason": REASON })),
            Self::ReturnGoods { order, goods, refund, warehouse } => {
                let line = |(sku, quantity): (&Sku, &u32)| json!({ "sku": sku, "quantity": quantity });
                let lines: Vec<Value> = goods.iter().map(line).collect();
                let mut body = json!({ "lines": lines, "reason": REASON });
                if let Some(amount) = refund {
                    body["refund"] = price(amount);
                }
                if let Some(warehouse) = warehouse {
                    body["warehouse"] = json!(warehouse);
                }
                post(format!("/orders/{order}/returns"), body)
            }
            Self::DeliverShipment { shipment } => bare(format!("/shipments/{shipment}/deliver")),
        }
    }

    /// The stream that the action of this account changes; none for opening a cart, because the new cart has no name
    /// yet.
    #[must_use]
    pub fn stream(&self, by: &AccountId) -> Option<StreamName> {
        Some(match self {
            Self::RegisterProduct { sku, .. }
            | Self::RepriceProduct { sku, .. }
            | Self::ListProduct { sku }
            | Self::DelistProduct { sku } => StreamName::of::<product::Product>(sku),
            Self::ReceiveStock { warehouse, sku, .. } | Self::AdjustStock { warehouse, sku, .. } => {
                StreamName::of::<stock::Stock>(&StockId { warehouse: warehouse.clone(), sku: sku.clone() })
            }
            Self::OpenAccount {} => StreamName::of::<account::Account>(by),
            Self::ConfirmAccount { account }
            | Self::ActivateAccount { account }
            | Self::SuspendAccount { account }
            | Self::CloseAccount { account }
            | Self::AddCard { account, .. }
            | Self::RemoveCard { account, .. } => StreamName::of::<account::Account>(account),
            Self::OpenCart {} => return None,
            Self::AddItem { cart, .. }
            | Self::ChangeQuantity { cart, .. }
            | Self::RemoveItem { cart, .. }
            | Self::ClearCart { cart }
            | Self::CheckOut { cart, .. } => StreamName::of::<cart::Cart>(cart),
            Self::CancelOrder { order }
            | Self::RefuseOrder { order }
            | Self::WithdrawReservation { order, .. }
            | Self::ShipOrder { order }
            | Self::PayOrder { order, .. }
            | Self::WriteOffOrder { order }
            | Self::ReturnGoods { order, .. } => StreamName::of::<order::Order>(order),
            Self::DeliverShipment { shipment } => StreamName::of::<shipment::Shipment>(shipment),
        })
    }
}

/// The tax of the template: if it were another, totals that customers name would be judged wrongly.
pub(crate) const TAX: &str = "1900";
/// The reason of everything that the staff give one for.
pub(crate) const REASON: &str = "counted";
/// The profile and the card of every customer: texts that are nowhere else.
pub(crate) const PERSON: &str = "Cassandra Canary";
pub(crate) const EMAIL: &str = "cassandra@canary.example";
pub(crate) const BRAND: &str = "Canarycard";
pub(crate) const DIGITS: &str = "4242";

/// The answer that a client got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// The action was done, at this version of the stream.
    Done {
        /// The version.
        version: Version,
    },
    /// The action was refused: a status of 4xx other than those that ask for a retry.
    Refused {
        /// The problem's name.
        problem: String,
    },
    /// The result is unknown: no answer, a status of 5xx, or only lost races.
    Unknown,
}

/// An action of a client under one idempotency key, and its last answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientRecord {
    /// The subject of the client's token.
    pub subject: String,
    /// The key, which is the client's correlation id too.
    pub key: String,
    /// The action.
    #[serde(flatten)]
    pub action: ClientAction,
    /// The last answer.
    #[serde(flatten)]
    pub answer: Answer,
    /// The number of earlier tries without an answer.
    pub open_tries: u32,
    /// The length of the log in commits when the last try began, and when it was answered; none if it was not recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<(usize, usize)>,
}

impl ClientRecord {
    /// The account of the client.
    #[must_use]
    pub fn account(&self, issuer: &str) -> Option<AccountId> {
        subject_id(issuer, &self.subject).parse().ok()
    }
}
