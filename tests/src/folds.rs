//! Whether the read models are what the log says: rows what their streams say, totals what all streams say together.

use crate::Shop;
use aws_sdk_dynamodb::Client;
use eventsourcing::verify::VerifyError;
use shop::Tables;

impl Shop {
    /// The first thing that is not as the log says, if there is one once everything has settled.
    pub async fn difference(&self) -> Option<String> {
        self.host.settled().await;
        let names = self.anyone().get("/_local").await.expect(200).body["tables"].clone();
        let name = |logical: &str| names[logical].as_str().map(ToOwned::to_owned);
        let tables = Tables::on(&Client::new(&self.host.aws_config()), name).expect("every table is there");
        let streams = tables.streams().await.expect("the log reads");
        assert!(!streams.is_empty(), "an empty log shows nothing");
        let verified = async {
            tables.verify(&streams, || {}).await?;
            tables.verify_sales(&streams).await
        };
        match verified.await {
            Ok(_) => None,
            Err(VerifyError::Different(difference)) => Some(difference.to_string()),
            Err(error) => panic!("{error}"),
        }
    }
}
