//! The secrets that a shop on one machine shares with its payment provider. They are made at the first start, and kept
//! with the shop's data.

use crate::stack::{KEY_ARN, SECRET_ARN};
use foldlog_local::private;
use serde::{Deserialize, Serialize};
use shop_payments::Secret;
use std::collections::BTreeMap;
use std::path::Path;
use std::{fmt, io};

/// The file in the data directory.
const FILE: &str = "secrets.json";
/// The random bytes of a secret.
const BYTES: usize = 32;

/// What the provider knows the shop by, and what it signs its webhooks with.
#[derive(Clone, Deserialize, Serialize)]
pub struct ProviderSecrets {
    key: String,
    webhook: String,
}

impl ProviderSecrets {
    /// New ones.
    pub fn fresh() -> io::Result<Self> {
        Ok(Self { key: random()?, webhook: random()? })
    }

    /// Those in a shop's data directory. It makes new ones if there are none.
    pub fn kept_in(directory: &Path) -> io::Result<Self> {
        private::directory(directory)?;
        let made = || Ok(serde_json::to_vec(&Self::fresh()?)?);
        let kept = private::read_or_make(&directory.join(FILE), made)?;
        serde_json::from_slice(&kept).map_err(|error| io::Error::other(format!("{FILE}: {error}")))
    }

    /// The key of the shop.
    pub fn key(&self) -> io::Result<Secret> {
        self.key.parse().map_err(io::Error::other)
    }

    /// The secret of the webhooks.
    pub fn webhook(&self) -> io::Result<Secret> {
        self.webhook.parse().map_err(io::Error::other)
    }

    /// Both as Secrets Manager keeps them, by ARN.
    #[must_use]
    pub fn by_arn(&self) -> BTreeMap<String, String> {
        [(KEY_ARN, &self.key), (SECRET_ARN, &self.webhook)].map(|(arn, text)| (arn.to_owned(), text.clone())).into()
    }
}

impl fmt::Debug for ProviderSecrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ProviderSecrets(…)")
    }
}

fn random() -> io::Result<String> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shop_has_its_own_and_keeps_them() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let kept = |directory: &tempfile::TempDir| ProviderSecrets::kept_in(directory.path()).unwrap().by_arn();
        assert_eq!(kept(&one), kept(&one));
        let every = [kept(&one), kept(&two), ProviderSecrets::fresh().unwrap().by_arn()];
        let different: std::collections::BTreeSet<_> = every.iter().flat_map(BTreeMap::values).collect();
        assert_eq!(different.len(), 6);
        let secrets = ProviderSecrets::fresh().unwrap();
        assert!(secrets.key().is_ok() && secrets.webhook().is_ok());
        assert_eq!(format!("{secrets:?}"), "ProviderSecrets(…)");
    }
}
