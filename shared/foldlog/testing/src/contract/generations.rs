//! The contract of all [`Generations`], and of the [`RebuildProgress`] beside them. Each rule gets an empty register of
//! its own.

use foldlog::read::generations::Registered;
use foldlog::read::views::Generation;
use foldlog::rebuild::{Phase, RebuildProgress, ResumePoint, Work, WorkProgress};
use foldlog::{Generations, Registry, Timestamp};

pub async fn what_is_registered_is_changed_only_from_what_was_seen<G: Generations>(generations: &G) {
    let mut first = Registry::default();
    first.adopt("order", 1);
    let mut second = first.clone();
    second.adopt("cart", 3);
    assert_eq!(generations.registered().await.unwrap(), Registered::default());
    assert!(!generations.register(&first, 1).await.unwrap(), "nothing was changed before");
    assert_eq!(generations.registered().await.unwrap(), Registered::default());

    assert!(generations.register(&first, 0).await.unwrap());
    assert!(!generations.register(&second, 0).await.unwrap(), "somebody else came first");
    assert_eq!(generations.registered().await.unwrap(), Registered { registry: first, changes: 1 });

    assert!(generations.register(&second, 1).await.unwrap());
    let registered = generations.registered().await.unwrap();
    for view in ["order", "cart", "unknown"] {
        assert_eq!(generations.current(view).await.unwrap(), second.current(view), "{view}");
    }
    assert_eq!(registered, Registered { registry: second, changes: 2 });
}

pub async fn progress_is_read_as_it_was_noted_last<R: RebuildProgress>(rebuilds: &R) {
    let work = |generation, phase, part| Work {
        view: "order".to_owned(),
        generation: Generation(generation),
        phase,
        part,
        of: 2,
    };
    let one = work(2, Phase::Fill, 0);
    assert_eq!(rebuilds.progress(&one).await.unwrap(), None);
    let begun = WorkProgress { since: Timestamp(1), at: Timestamp(1), ..WorkProgress::default() };
    rebuilds.note(&one, &begun).await.unwrap();
    assert_eq!(rebuilds.progress(&one).await.unwrap(), Some(begun.clone()));
    let after = Some(ResumePoint::View("7".to_owned()));
    let ended = WorkProgress { after, read: 12, done: true, at: Timestamp(9), ..begun };
    rebuilds.note(&one, &ended).await.unwrap();
    assert_eq!(rebuilds.progress(&one).await.unwrap(), Some(ended));
    for other in [work(2, Phase::Fill, 1), work(2, Phase::Compare, 0), work(3, Phase::Fill, 0)] {
        assert_eq!(rebuilds.progress(&other).await.unwrap(), None, "{other}");
    }
}
