//! The keys of personal data in a run. The key of an owner follows from the owner's id, so that clients and the judge
//! know the marks of what is sealed.

use foldlog::seal::{Key, KeyError, KeyWrap, Wrapped};
use foldlog::{CommandId, Digest, OwnerKey, Randomness, Sealer, StreamName};
use shop_domain::account::Account;
use shop_domain::values::{AccountId, CardId, CardToken};

/// Makes and unwraps the keys of owners.
pub(crate) struct Wrap;

impl KeyWrap for Wrap {
    async fn make(&self, owner: &str) -> Result<(Key, Wrapped), KeyError> {
        Ok((key_of(owner).key, Wrapped(owner.as_bytes().to_vec())))
    }

    async fn unwrap(&self, owner: &str, key: &Wrapped) -> Result<Key, KeyError> {
        if key.0 == owner.as_bytes() { Ok(key_of(owner).key) } else { Err(KeyError::Damaged(owner.to_owned())) }
    }
}

fn key_of(owner: &str) -> OwnerKey {
    OwnerKey { owner: owner.to_owned(), key: Key::new(Digest::of_text(owner).0) }
}

/// Always the same bits: what is sealed with them is only compared.
pub(crate) struct NoDice;

impl Randomness for NoDice {
    fn bits(&self) -> u128 {
        0
    }
}

/// What a function makes with the key of an account.
pub(crate) fn with_sealer<T>(account: &AccountId, make: impl FnOnce(&Sealer<'_, NoDice>) -> T) -> T {
    let (key, stream) = (key_of(account.as_str()), StreamName::of::<Account>(account));
    make(&Sealer { key: &key, stream: &stream, command: &CommandId::stored(String::new()), host: &NoDice })
}

/// The id of a card in an account.
pub(crate) fn card_id(account: &AccountId, token: &CardToken) -> CardId {
    with_sealer(account, |sealer| CardToken::sealed(token, sealer))
        .map_or_else(|_| token.id(), |token| CardId::of(&token))
}
