//! Whether the read models agree with the log: each row with its stream, the totals with all streams.

use crate::Shop;
use aws_sdk_dynamodb::Client;
use foldlog::verify::Limits;
use shop_composition::Tables;

impl Shop {
    /// The first difference from the log, if there is one after everything has settled.
    pub async fn difference(&self) -> Option<String> {
        self.host.settled().await;
        let names = self.anyone().get("/_local").await.expect(200).body["tables"].clone();
        let name = |logical: &str| names[logical].as_str().map(ToOwned::to_owned);
        let tables = Tables::on(&Client::new(&self.host.aws_config()), name).expect("every table is there");
        let limits = Limits { differences: 1, until: None };
        let found = tables.whole(limits, |_| {}).await.expect("log and tables are read").surveyed.findings;
        assert!(found.verified.streams + found.differences.len() > 0, "an empty log shows nothing");
        found.differences.first().map(ToString::to_string)
    }
}
