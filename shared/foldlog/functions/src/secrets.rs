//! Secrets that are kept outside of the settings, and change while functions run.

use crate::ports::Ports;
use foldlog::{Clock, Timestamp};
use foldlog_lambda::Error;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a secret is not read again, whatever happens. Somebody who has a function refuse signatures on purpose
/// causes no more reads than that.
const AT_MOST_EVERY: Duration = Duration::from_mins(1);

/// Where secrets are kept.
pub trait Secrets: Send + Sync {
    /// The values of a secret that hold now, the newest first: while a secret is changed, there are two.
    fn values(&self, id: &str) -> impl Future<Output = Result<Vec<String>, Error>> + Send;
}

/// Ports with secrets.
pub trait SecretPorts: Ports {
    /// Where secrets are kept.
    type Secrets: Secrets + 'static;

    /// Where secrets are kept.
    fn secrets(&self) -> Self::Secrets;

    /// The secret with this id. Nothing is read yet.
    fn secret<T>(&self, id: &str) -> SecretOn<T, Self> {
        Secret::new(self.secrets(), self.host(), id)
    }
}

/// A secret on these ports.
pub type SecretOn<T, P> = Secret<T, <P as SecretPorts>::Secrets, <P as Ports>::Host>;

/// The values of a secret, the newest first.
pub type Values<T> = Arc<[T]>;

/// A secret as a function knows it: read when it is first used, and again when it was not accepted.
pub struct Secret<T, S, H> {
    secrets: S,
    host: H,
    id: String,
    known: Mutex<Option<(Values<T>, Timestamp)>>,
}

impl<T, S, H> Secret<T, S, H> {
    /// The secret with this id. Nothing is read yet.
    pub fn new(secrets: S, host: H, id: &str) -> Self {
        Self { secrets, host, id: id.to_owned(), known: Mutex::new(None) }
    }
}

impl<T, S: Secrets, H: Clock> Secret<T, S, H>
where
    T: FromStr<Err: std::error::Error + Send + Sync + 'static> + Send + Sync,
{
    /// The values that are known. There is at least one.
    pub async fn values(&self) -> Result<Values<T>, Error> {
        match self.known() {
            Some((values, _)) => Ok(values),
            None => self.read().await,
        }
    }

    /// The values after those that are known were not accepted. None if they were read within the last minute.
    pub async fn newer(&self) -> Result<Option<Values<T>>, Error> {
        let now = self.host.now();
        match self.known() {
            Some((_, at)) if now < at.after(AT_MOST_EVERY) => Ok(None),
            Some(_) | None => self.read().await.map(Some),
        }
    }

    fn known(&self) -> Option<(Values<T>, Timestamp)> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn read(&self) -> Result<Values<T>, Error> {
        let texts = self.secrets.values(&self.id).await?;
        let values: Values<T> = texts.iter().map(|text| text.parse()).collect::<Result<_, T::Err>>()?;
        if values.is_empty() {
            return Err(format!("the secret {} has no value", self.id).into());
        }
        let known = (values.clone(), self.host.now());
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
        Ok(values)
    }
}
