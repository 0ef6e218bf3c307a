//! The notes about streams and events that subscribers cannot follow: their names, and when they are due.

use foldlog::read::parked::{Class, Trouble};
use foldlog::{Parked, Subject, Timestamp, Version};

#[test]
fn a_subject_is_found_by_its_text() {
    for text in [
        "cart~g1~cart-1",
        "stock-reactions~fulfilment-0195~12",
        "log_activity~g12~stock-berlin.mug",
        "tampering~~4400",
        "reconcile~~aws~2Flambda~2Fa~3Ab~7Ec.json",
    ] {
        let subject = text.parse::<Subject>().unwrap();
        assert_eq!(subject.to_string(), text);
        assert_eq!(Subject::of(&subject.subscriber(), &subject.object()).unwrap(), subject, "as it is stored");
    }
    let batch = Subject::Message { function: "reconcile".to_owned(), id: "aws/lambda/a:b~c.json".to_owned() };
    assert_eq!("reconcile~~aws~2Flambda~2Fa~3Ab~7Ec.json".parse(), Ok(batch));
    for text in [
        "",
        "cart",
        "cart~g1",
        "cart~gx~cart-1",
        "cart/g1:cart-1",
        "stock-reactions~fulfilment-1",
        "stock-reactions~fulfilment-1~x",
        "cart~g1~nothing",
        "tampering~~",
        "tampering~~~FF",
    ] {
        assert!(text.parse::<Subject>().is_err(), "{text}");
    }
}

#[test]
fn a_note_is_due_after_growing_pauses() {
    let trouble = Trouble {
        subject: "cart~g1~cart-1".parse().unwrap(),
        version: Version(1),
        passed_over: Version(1),
        error: String::new(),
        class: Class::Permanent,
        at: Timestamp(0),
    };
    let due = |attempts| Parked { trouble: trouble.clone(), attempts, since: Timestamp(0) }.due_at().0 / 60_000;
    assert_eq!([1, 2, 3, 9, 10, 60].map(due), [1, 2, 4, 256, 360, 360]);
}
