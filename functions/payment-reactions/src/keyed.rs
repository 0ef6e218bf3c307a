//! The payment provider, under the key by which it knows the shop. The key may change at any time.

use foldlog_functions::secrets::{SecretOn, SecretPorts, Values};
use foldlog_lambda::Error;
use shop_payments::{Connection, Failure, HttpProvider, Payment, Provider, ProviderRefusal, Reference, Secret, Step};

/// A provider over HTTP. If it does not accept the key, the key is read again: nothing was done under the old one.
pub struct KeyedProvider<P: SecretPorts> {
    pub(crate) connection: Connection,
    pub(crate) key: SecretOn<Secret, P>,
}

impl<P: SecretPorts> KeyedProvider<P> {
    /// The provider under the key that is known.
    async fn known(&self) -> Result<HttpProvider, Failure> {
        self.under(&self.key.values().await.map_err(|error| unavailable(&error))?)
    }

    /// The provider under the key that may have taken the place of one that it refused.
    async fn after(&self, refused: ProviderRefusal) -> Result<HttpProvider, Failure> {
        if refused != ProviderRefusal::Credentials {
            return Err(Failure::Refused(refused));
        }
        match self.key.newer().await.map_err(|error| unavailable(&error))? {
            Some(newer) => self.under(&newer),
            None => Err(Failure::Refused(refused)),
        }
    }

    fn under(&self, keys: &Values<Secret>) -> Result<HttpProvider, Failure> {
        let key = keys.first().ok_or_else(|| Failure::Unavailable("the secret has no value".to_owned()))?;
        Ok(self.connection.with_key(key))
    }
}

fn unavailable(error: &Error) -> Failure {
    Failure::Unavailable(error.to_string())
}

impl<P: SecretPorts> Provider for KeyedProvider<P> {
    async fn status(&self, reference: &Reference) -> Result<Option<Payment>, Failure> {
        match self.known().await?.status(reference).await {
            Err(Failure::Refused(refused)) => self.after(refused).await?.status(reference).await,
            answered => answered,
        }
    }

    async fn carry_out(&self, reference: &Reference, step: Step<'_>) -> Result<Payment, Failure> {
        match self.known().await?.carry_out(reference, step).await {
            Err(Failure::Refused(refused)) => self.after(refused).await?.carry_out(reference, step).await,
            answered => answered,
        }
    }
}
