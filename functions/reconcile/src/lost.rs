//! The batches of the log's stream that Lambda gave up on: whole batches, as objects of a bucket.

use aws_config::SdkConfig;
use aws_lambda_events::dynamodb::Event;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::DisplayErrorContext;
use foldlog_lambda::lazy::lazy;
use foldlog_lambda::{Error, Lazy};
use serde::Deserialize;

/// The batches that Lambda gave up on, by key.
pub trait LostBatches: Send + Sync {
    /// The keys of all batches.
    fn keys(&self) -> impl Future<Output = Result<Vec<String>, Error>> + Send;

    /// Reads a batch.
    fn batch(&self, key: &str) -> impl Future<Output = Result<Event, Error>> + Send;

    /// Removes a batch.
    fn remove(&self, key: &str) -> impl Future<Output = Result<(), Error>> + Send;
}

/// The bucket. Listing needs `s3:ListBucket`, reading `s3:GetObject`, and removing `s3:DeleteObject`.
pub struct InBucket {
    /// Created at its first use: most operations need no bucket.
    client: Lazy<Client>,
    bucket: String,
}

/// The required part of the record that Lambda keeps of an invocation.
#[derive(Deserialize)]
struct GivenUp {
    /// The input of the function, as JSON text.
    payload: String,
}

impl InBucket {
    /// The batches in `bucket`.
    #[must_use]
    pub fn new(aws: &SdkConfig, bucket: &str) -> Self {
        // The path names the bucket, not the host: so one endpoint serves every bucket.
        let config = aws_sdk_s3::config::Builder::from(aws).force_path_style(true);
        Self { client: lazy(move || Client::from_conf(config.build())), bucket: bucket.to_owned() }
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
