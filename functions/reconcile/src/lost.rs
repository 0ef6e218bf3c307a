//! What Lambda gave up on: batches of the log's stream, whole, as objects of a bucket.

use crate::{Ports, Reconcile};
use aws_config::SdkConfig;
use aws_lambda_events::dynamodb::Event;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::DisplayErrorContext;
use foldlog_lambda::{Error, Function, metrics};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// Batches that were given up on, by key.
pub trait LostBatches: Send + Sync {
    /// The keys of all of them.
    fn keys(&self) -> impl Future<Output = Result<Vec<String>, Error>> + Send;

    /// One of them.
    fn batch(&self, key: &str) -> impl Future<Output = Result<Event, Error>> + Send;

    /// Takes one away.
    fn remove(&self, key: &str) -> impl Future<Output = Result<(), Error>> + Send;
}

/// Those that are found when one looks for the first time.
impl<B: LostBatches, F: FnOnce() -> B + Send> LostBatches for LazyLock<B, F> {
    async fn keys(&self) -> Result<Vec<String>, Error> {
        (**self).keys().await
    }

    async fn batch(&self, key: &str) -> Result<Event, Error> {
        (**self).batch(key).await
    }

    async fn remove(&self, key: &str) -> Result<(), Error> {
        (**self).remove(key).await
    }
}

/// The bucket. Finding what is there needs `s3:ListBucket`, taking it `s3:GetObject` and `s3:DeleteObject`.
#[derive(Clone, Debug)]
pub struct InBucket {
    client: Client,
    bucket: String,
}

/// What became of the batches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Recovered {
    /// How many there were.
    pub batches: usize,
    /// How many were made up for, and are gone.
    pub recovered: usize,
}

/// As much as is needed of the record that Lambda keeps of an invocation.
#[derive(Deserialize)]
struct GivenUp {
    /// What the function was invoked with, as JSON text.
    payload: String,
}

impl InBucket {
    /// The batches in `bucket`.
    #[must_use]
    pub fn new(aws: &SdkConfig, bucket: &str) -> Self {
        // The bucket in the path, not in the host's name: so one endpoint answers for any bucket.
        let config = aws_sdk_s3::config::Builder::from(aws).force_path_style(true).build();
        Self { client: Client::from_conf(config), bucket: bucket.to_owned() }
    }
}

impl LostBatches for InBucket {
    async fn keys(&self) -> Result<Vec<String>, Error> {
        let mut pages = self.client.list_objects_v2().bucket(&self.bucket).into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let objects = page.map_err(failed)?.contents.unwrap_or_default();
            keys.extend(objects.into_iter().filter_map(|object| object.key));
        }
        Ok(keys)
    }

    async fn batch(&self, key: &str) -> Result<Event, Error> {
        let found = self.client.get_object().bucket(&self.bucket).key(key).send().await.map_err(failed)?;
        let given_up: GivenUp = serde_json::from_slice(&found.body.collect().await?.into_bytes())?;
        Ok(serde_json::from_str(&given_up.payload)?)
    }

    async fn remove(&self, key: &str) -> Result<(), Error> {
        self.client.delete_object().bucket(&self.bucket).key(key).send().await.map_err(failed)?;
        Ok(())
    }
}

fn failed<E: std::error::Error>(error: E) -> Error {
    DisplayErrorContext(error).to_string().into()
}

impl<P: Ports> Reconcile<P> {
    /// Makes up for the batches that Lambda gave up on. One that cannot be stays for the next run.
    pub async fn recover(&self) -> Result<Recovered, Error> {
        let keys = self.lost.keys().await?;
        metrics::lost(keys.len());
        let mut found = Recovered { batches: keys.len(), recovered: 0 };
        for key in keys {
            match self.recover_one(&key).await {
                Ok(()) => found.recovered += 1,
                Err(error) => tracing::error!(key, error, "a batch that Lambda gave up on was not made up for"),
            }
        }
        Ok(found)
    }

    /// Whichever of the two readers had it: what the other did already is recognised.
    async fn recover_one(&self, key: &str) -> Result<(), Error> {
        let batch = self.lost.batch(key).await?;
        let followed = self.projector.call(batch.clone()).await?;
        let published = self.relay.call(batch).await?;
        let failed = followed.batch_item_failures.into_iter().chain(published.batch_item_failures).next();
        match failed.and_then(|failure| failure.item_identifier) {
            Some(record) => Err(format!("record {record} is stuck").into()),
            None => self.lost.remove(key).await,
        }
    }
}
