//! The contract of every [`ParkingLot`].

use crate::sample::commits::{NOW, stream};
use foldlog::read::parked::{Class, Trouble};
use foldlog::read::views::Generation;
use foldlog::{Parked, ParkingLot, Subject, Timestamp, Version};

fn fold(name: &str, generation: u32) -> Subject {
    Subject::Fold { view: "cart".to_owned(), generation: Generation(generation), stream: stream(name) }
}

fn trouble(subject: Subject, version: u64, error: &str, at: i64) -> Trouble {
    let at = Timestamp(NOW.0 + at);
    let version = Version(version);
    Trouble { subject, version, passed_over: version, error: error.to_owned(), class: Class::Permanent, at }
}

/// All rules, on an empty parking lot.
pub async fn every_rule<P: ParkingLot>(lot: &P) {
    let one = fold("cart-1", 1);
    let reaction =
        Subject::Reaction { function: "stock-reactions".to_owned(), event: "fulfilment-1@3".parse().unwrap() };
    assert_eq!(lot.note(&one).await.unwrap(), None);
    assert!(lot.clear(&one, Version(9)).await.unwrap(), "there is none");

    lot.park(&trouble(one.clone(), 3, "first", 0)).await.unwrap();
    let again = Trouble { class: Class::Transient, ..trouble(one.clone(), 5, "second", 7) };
    lot.park(&again).await.unwrap();
    let others = [fold("cart-1", 2), fold("cart-2", 1), reaction].map(|subject| trouble(subject, 1, "else", 1));
    for other in &others {
        lot.park(other).await.unwrap();
    }

    let note = Parked { trouble: again, attempts: 2, since: NOW };
    assert_eq!(lot.note(&one).await.unwrap(), Some(note.clone()), "the newest trouble, since the first");
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = lot.notes(after.as_ref(), 3).await.unwrap();
        assert!(page.notes.len() <= 3);
        found.extend(page.notes);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let mut expected = vec![note];
    expected.extend(others.map(|trouble| Parked { since: trouble.at, attempts: 1, trouble }));
    found.sort_by_key(|note| note.trouble.subject.clone());
    expected.sort_by_key(|note| note.trouble.subject.clone());
    assert_eq!(found, expected);

    assert!(!lot.clear(&one, Version(4)).await.unwrap(), "it speaks of a later version");
    let earlier = trouble(one.clone(), 4, "third", 9);
    lot.park(&earlier).await.unwrap();
    let note = lot.note(&one).await.unwrap().unwrap();
    assert_eq!(note.trouble, Trouble { passed_over: Version(5), ..earlier }, "what was passed over stays so");
    assert_eq!((note.attempts, note.since), (3, NOW));
    assert!(!lot.clear(&one, Version(4)).await.unwrap(), "later news were passed over");
    assert!(lot.clear(&one, Version(5)).await.unwrap());
    assert_eq!(lot.note(&one).await.unwrap(), None);
}
