//! Streams that are written by hand, where only what follows from them is looked at.

use aws_sdk_dynamodb::Client;
use foldlog::{Actor, CommandId, Commands, Correlation, Decider, Digest, Metadata, StreamName};
use foldlog_dynamo::Log;
use foldlog_lambda::SystemHost;
use tests::Shop;

/// A shop whose functions hear of nothing but through the read models.
pub(crate) async fn shop_without_bus() -> Shop {
    let shop = Shop::start().await;
    shop.host.pause("relay").await.unwrap();
    shop
}

/// Carries a command out on a stream.
pub(crate) async fn execute<D: Decider<Refusal: std::fmt::Debug>>(shop: &Shop, id: &str, command: D::Command) {
    let table = shop.host.environment("cart-commands").unwrap()["EVENT_LOG_TABLE"].clone();
    let log = Log::new(Client::new(&shop.host.aws_config()), &table);
    let metadata = Metadata {
        id: CommandId::fresh(&SystemHost),
        digest: Digest([0; 32]),
        correlation: Correlation { id: "by-hand".to_owned(), client: None },
        cause: None,
        actor: Actor("test".to_owned()),
        expected: None,
    };
    let stream = StreamName::new(D::CATEGORY, id).unwrap();
    let _ = Commands::<D, _, _>::new(log, SystemHost).execute(&stream, &command, &metadata).await.unwrap();
}
