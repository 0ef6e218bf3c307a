//! The keys of KMS: each in a file of its own that only its owner can read. They wrap and unwrap data keys.

use crate::database::Answer;
use crate::private;
use crate::template::Stack;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use foldlog::seal::Key;
use foldlog_lambda::SystemHost;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// The keys, by ARN.
#[derive(Debug)]
pub(crate) struct Keys(BTreeMap<String, Key>);

impl Keys {
    /// The keys that the template declares, as a directory has them. It makes those that are missing.
    pub(crate) fn declared(stack: &Stack, directory: &Path) -> io::Result<Self> {
        let kept = |logical: &str| {
            let path = directory.join(format!("{logical}.key"));
            let key = private::read_or_make(&path, || Ok(Key::fresh(&SystemHost).bytes().to_vec()))?;
            key.try_into().map_err(|_| io::Error::other(format!("{} does not hold a key", path.display())))
        };
        let keys = stack.of_kind("AWS::KMS::Key");
        keys.map(|key| Ok((key.identity.attribute("Arn"), Key::new(kept(&key.logical)?))))
            .collect::<io::Result<_>>()
            .map(Self)
    }

    /// Answers `GenerateDataKey` and `Decrypt`.
    pub(crate) fn answer(&self, operation: &str, request: &Value) -> Answer {
        let arn = request.get("KeyId").and_then(Value::as_str).unwrap_or_default();
        let Some(key) = self.0.get(arn) else {
            return refused("NotFoundException", &format!("Key '{arn}' does not exist"));
        };
        let context = context(arn, request);
        let context: Vec<&str> = context.iter().map(String::as_str).collect();
        if operation == "GenerateDataKey" {
            if request.get("KeySpec").and_then(Value::as_str) != Some("AES_256") {
                return refused("ValidationException", "only the KeySpec AES_256 is imitated on one machine");
            }
            let plain = Key::fresh(&SystemHost);
            let wrapped = key.seal(&SystemHost, &context, plain.bytes());
            return answered(&json!({
                "KeyId": arn, "Plaintext": BASE64_STANDARD.encode(plain.bytes()), "CiphertextBlob": BASE64_STANDARD.encode(wrapped),
            }));
        }
        let wrapped = request.get("CiphertextBlob").and_then(Value::as_str).unwrap_or_default();
        match BASE64_STANDARD.decode(wrapped).ok().and_then(|wrapped| key.open(&context, &wrapped).ok()) {
            Some(plain) => answered(&json!({"KeyId": arn, "Plaintext": BASE64_STANDARD.encode(plain)})),
            None => refused("InvalidCiphertextException", ""),
        }
    }
}

/// What a wrapped key is bound to: the key that wraps it, and the encryption context in the order of its names.
fn context(arn: &str, request: &Value) -> Vec<String> {
    let pairs = request.get("EncryptionContext").and_then(Value::as_object);
    let pairs: BTreeMap<_, _> = pairs.into_iter().flatten().collect();
    let texts = pairs.into_iter().flat_map(|(name, value)| [name.clone(), value.to_string()]);
    [arn.to_owned()].into_iter().chain(texts).collect()
}

fn answered(body: &Value) -> Answer {
    Answer { status: 200, body: body.to_string() }
}

fn refused(kind: &str, message: &str) -> Answer {
    Answer { status: 400, body: json!({"__type": kind, "message": message}).to_string() }
}
