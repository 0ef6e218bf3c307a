//! The contract of every [`KeyStore`].

use crate::sample::commits::NOW;
use foldlog::Timestamp;
use foldlog::seal::{KeyStore, Standing, Wrapped};

/// All rules, on an empty store.
pub async fn every_rule<S: KeyStore>(store: &S) {
    let key = |byte: u8| Wrapped(vec![byte; 90]);
    let later = Timestamp(NOW.0 + 1);
    assert_eq!(store.find("ada").await.unwrap(), None);
    assert!(store.add("ada", &key(1), None).await.unwrap());
    assert!(!store.add("ada", &key(2), None).await.unwrap(), "the first key stays");
    assert!(store.add("bob", &key(3), Some(later)).await.unwrap());
    assert_eq!(store.find("ada").await.unwrap(), Some(Standing::Kept(key(1))));
    assert_eq!(store.find("bob").await.unwrap(), Some(Standing::Kept(key(3))));

    store.destroy("ada", NOW).await.unwrap();
    store.destroy("ada", later).await.unwrap();
    assert_eq!(store.find("ada").await.unwrap(), Some(Standing::Destroyed(NOW)), "once and for all");
    assert!(!store.add("ada", &key(4), None).await.unwrap(), "nobody gets a second key");
    assert_eq!(store.find("bob").await.unwrap(), Some(Standing::Kept(key(3))), "others keep theirs");

    store.destroy("eve", NOW).await.unwrap();
    assert_eq!(store.find("eve").await.unwrap(), Some(Standing::Destroyed(NOW)), "also where there was none");
    assert!(!store.add("eve", &key(5), None).await.unwrap());
}
