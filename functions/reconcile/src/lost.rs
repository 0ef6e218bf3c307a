//! The batches of the log's stream that Lambda gave up on: whole batches, as objects of a bucket.

use aws_config::SdkConfig;
use aws_lambda_events::dynamodb::Event;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::operation::get_object::GetObjectError;
use foldlog::json;
use foldlog_lambda::lazy::lazy;
use foldlog_lambda::{Error, Lazy};
use serde::Deserialize;

/// Some keys of batches, in order.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// The keys.
    pub keys: Vec<String>,
    /// Whether there are more behind the last one.
    pub more: bool,
}

/// What lies under a key.
#[derive(Debug)]
pub enum Object {
    /// A batch.
    Batch(Event),
    /// Something else, which no repetition turns into a batch; and what is wrong with it.
    Foreign(String),
    /// Nothing: it was recovered, or it expired.
    Gone,
}

/// The batches that Lambda gave up on, by key.
pub trait LostBatches: Send + Sync {
    /// The keys after one, or the first ones: as many as one request gives.
    fn keys(&self, after: Option<&str>) -> impl Future<Output = Result<Keys, Error>> + Send;

    /// Reads a batch.
    fn batch(&self, key: &str) -> impl Future<Output = Result<Object, Error>> + Send;

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
    async fn keys(&self, after: Option<&str>) -> Result<Keys, Error> {
        let list = self.client.list_objects_v2().bucket(&self.bucket).set_start_after(after.map(ToOwned::to_owned));
        let page = list.send().await.map_err(failed)?;
        let more = page.is_truncated.unwrap_or_default();
        let objects = page.contents.unwrap_or_default();
        Ok(Keys { keys: objects.into_iter().filter_map(|object| object.key).collect(), more })
    }

    async fn batch(&self, key: &str) -> Result<Object, Error> {
        let found = match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(found) => found,
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => {
                return Ok(Object::Gone);
            }
            Err(error) => return Err(failed(error)),
        };
        let bytes = found.body.collect().await?.into_bytes();
        let batch = json::read_bytes(&bytes).and_then(|GivenUp { payload }| json::read(&payload));
        Ok(batch.map_or_else(|error| Object::Foreign(error.to_string()), Object::Batch))
    }

    async fn remove(&self, key: &str) -> Result<(), Error> {
        self.client.delete_object().bucket(&self.bucket).key(key).send().await.map_err(failed)?;
        Ok(())
    }
}

fn failed<E: std::error::Error>(error: E) -> Error {
    DisplayErrorContext(error).to_string().into()
}
