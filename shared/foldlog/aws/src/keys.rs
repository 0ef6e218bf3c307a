//! The keys of personal data: wrapped by KMS, in a table.

use crate::OnAws;
use aws_sdk_kms::Client;
use aws_sdk_kms::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_kms::operation::decrypt::DecryptError;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use foldlog::seal::{Key, KeyError, KeyWrap, Keyring, Wrapped};
use foldlog_dynamo::Keys;
use foldlog_functions::keys::{KeyPorts, KeyringOn};
use foldlog_lambda::lazy::lazy;
use foldlog_lambda::{Lazy, SettingError};
use std::error::Error;
use zeroize::Zeroizing;

/// The encryption context binds a wrapped key to its owner.
const OWNER: &str = "owner";

/// A KMS key that wraps the keys of owners. It needs `kms:GenerateDataKey` to make one, and `kms:Decrypt` to unwrap one.
pub struct Kms {
    client: Lazy<Client>,
    arn: String,
}

impl KeyWrap for Kms {
    async fn make(&self, owner: &str) -> Result<(Key, Wrapped), KeyError> {
        let request = self.client.generate_data_key().key_id(&self.arn).key_spec(DataKeySpec::Aes256);
        let made = request.encryption_context(OWNER, owner).send().await.map_err(|error| unavailable(&error))?;
        let wrapped = made.ciphertext_blob.map(|blob| Wrapped(blob.into_inner()));
        Ok((key(owner, made.plaintext)?, wrapped.ok_or_else(|| KeyError::Damaged(owner.to_owned()))?))
    }

    async fn unwrap(&self, owner: &str, wrapped: &Wrapped) -> Result<Key, KeyError> {
        let decrypt = self.client.decrypt().key_id(&self.arn).ciphertext_blob(Blob::new(wrapped.0.clone()));
        match decrypt.encryption_context(OWNER, owner).send().await {
            Ok(opened) => key(owner, opened.plaintext),
            Err(error) if error.as_service_error().is_some_and(DecryptError::is_invalid_ciphertext_exception) => {
                Err(KeyError::Damaged(owner.to_owned()))
            }
            Err(error) => Err(unavailable(&error)),
        }
    }
}

fn key(owner: &str, plain: Option<Blob>) -> Result<Key, KeyError> {
    let bytes = plain.map(|plain| Zeroizing::new(plain.into_inner()));
    let bytes = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
    bytes.map(Key::new).ok_or_else(|| KeyError::Damaged(owner.to_owned()))
}

fn unavailable<E: Error + ProvideErrorMetadata + 'static>(error: &SdkError<E>) -> KeyError {
    KeyError::Unavailable(DisplayErrorContext(error).to_string())
}

impl KeyPorts for OnAws {
    type KeyStore = Keys;
    type KeyWrap = Kms;

    fn key_store(&self) -> Result<Keys, SettingError> {
        Ok(Keys::new(self.database(), self.text("KEYS_TABLE")?))
    }

    fn keyring(&self) -> Result<KeyringOn<Self>, SettingError> {
        let (aws, arn) = (self.aws.clone(), self.text("KEY_OF_KEYS")?.to_owned());
        Ok(Keyring::new(
            self.key_store()?,
            Kms { client: lazy(move || Client::new(&aws)), arn },
            foldlog_lambda::SystemHost,
        ))
    }
}
