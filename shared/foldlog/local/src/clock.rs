//! The clock of the host: the machine's time, or ahead of it. It decides when records expire, schedules fire and waits
//! end.
//!
//! `Host::advance_clock`, or `POST /_local/clock {"seconds": 90000}`, moves it ahead. What was written before is then
//! that much older; what is written afterwards is new. Due times of one schedule that are passed in one move are one
//! firing. Functions, tokens and retry pauses keep the clock of the machine.

use crate::lock::lock;
use crate::work::{Piece, Work};
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// A clock that can be moved ahead; all clones are one clock.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    ahead: Arc<watch::Sender<Duration>>,
    /// The machine's time at which it stands still, if it does.
    stands: Option<Timestamp>,
    alarms: Arc<Mutex<Vec<Alarm>>>,
    work: Work,
}

#[derive(Debug)]
struct Alarm {
    due: Timestamp,
    rings: oneshot::Sender<Piece>,
}

/// The clock would be too far ahead.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the clock can be 100 years ahead of the machine's at most")]
pub struct TooFarAhead;

/// How far ahead the clock can be. So it never comes to the end of time, at which no timer would end.
const FARTHEST: Duration = Duration::from_hours(100 * 365 * 24);

/// The sender that reports that a time has come.
#[derive(Debug)]
pub(crate) struct Timer {
    due: Timestamp,
    rung: oneshot::Receiver<Piece>,
    clock: Clock,
}

impl Clock {
    /// A clock that follows the machine's.
    pub(crate) fn new(work: Work) -> Self {
        Self { ahead: Arc::new(watch::Sender::new(Duration::ZERO)), stands: None, alarms: Arc::default(), work }
    }

    /// A clock that stands still, and advances only when it is moved.
    pub(crate) fn standing(work: Work) -> Self {
        Self { stands: Some(Timestamp::now()), ..Self::new(work) }
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        self.at(self.stands.unwrap_or_else(Timestamp::now))
    }

    /// The time of this clock at a time of the machine.
    pub(crate) fn at(&self, machine: Timestamp) -> Timestamp {
        later(machine, *self.ahead.borrow())
    }

    /// Moves ahead. Everything that is due then is outstanding before this returns.
    pub(crate) fn advance(&self, by: Duration) -> Result<(), TooFarAhead> {
        let mut alarms = lock(&self.alarms);
        let ahead = self.ahead.borrow().checked_add(by).filter(|ahead| *ahead <= FARTHEST).ok_or(TooFarAhead)?;
        self.ahead.send_replace(ahead);
        let now = self.now();
        let (due, later): (Vec<_>, Vec<_>) = alarms.drain(..).partition(|alarm| alarm.due <= now);
        *alarms = later;
        for alarm in due {
            // If the receiver is gone, no caller waits any longer.
            let _ = alarm.rings.send(self.work.begin());
        }
        Ok(())
    }

    /// A timer that is set as soon as this returns.
    pub(crate) fn timer(&self, due: Timestamp) -> Timer {
        let (rings, rung) = oneshot::channel();
        let mut alarms = lock(&self.alarms);
        alarms.retain(|alarm| !alarm.rings.is_closed());
        if due <= self.now() {
            // The receiver exists here.
            let _ = rings.send(self.work.begin());
        } else {
            alarms.push(Alarm { due, rings });
        }
        Timer { due, rung, clock: self.clone() }
    }
}

impl Timer {
    /// Waits for the time. The due work is outstanding until the returned value is dropped.
    pub(crate) async fn rung(mut self) -> Piece {
        let mut moved = self.clock.ahead.subscribe();
        loop {
            moved.mark_unchanged();
            let left = Duration::try_from(self.due.duration_since(self.clock.now())).unwrap_or_default();
            tokio::select! {
                biased;
                Ok(piece) = &mut self.rung => return piece,
                () = tokio::time::sleep(left), if self.clock.stands.is_none() => return self.clock.work.begin(),
                _ = moved.changed() => {}
            }
        }
    }
}

/// A time plus a duration, at most the end of time.
pub(crate) fn later(time: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    const HOUR: Duration = Duration::from_hours(1);

    #[tokio::test]
    async fn a_timer_rings_when_the_clock_is_moved_past_it_and_is_outstanding_from_then_on() {
        let work = Work::default();
        let clock = Clock::new(work.clone());
        let timer = clock.timer(later(clock.now(), 2 * HOUR));
        clock.advance(HOUR).unwrap();
        assert!(work.settled().now_or_never().is_some(), "an hour is left");
        clock.advance(HOUR).unwrap();
        assert!(work.settled().now_or_never().is_none());
        let piece = timer.rung().now_or_never().expect("it has rung");
        drop(piece);
        assert!(work.settled().now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_clock_that_stands_goes_only_where_it_is_moved() {
        let clock = Clock::standing(Work::default());
        let before = clock.now();
        let mut rung = tokio::spawn(clock.timer(later(before, Duration::from_millis(1))).rung());
        assert!(tokio::time::timeout(Duration::from_millis(50), &mut rung).await.is_err(), "no time passes");
        assert_eq!(clock.now(), before);
        clock.advance(HOUR).unwrap();
        assert_eq!(clock.now(), later(before, HOUR));
        tokio::time::timeout(Duration::from_secs(30), rung).await.expect("it was moved past it").unwrap();
    }

    #[test]
    fn it_does_not_come_to_the_end_of_time() {
        let clock = Clock::standing(Work::default());
        let before = clock.now();
        for by in [Duration::MAX, Duration::from_secs(u64::MAX), FARTHEST + Duration::from_secs(1)] {
            assert_eq!(clock.advance(by), Err(TooFarAhead));
        }
        assert_eq!(clock.now(), before);
        clock.advance(FARTHEST).unwrap();
        assert_eq!(clock.advance(Duration::from_secs(1)), Err(TooFarAhead));
        assert_eq!(clock.now(), later(before, FARTHEST));
    }

    #[tokio::test]
    async fn a_timer_for_a_time_that_has_passed_rings_at_once() {
        let work = Work::default();
        let clock = Clock::new(work.clone());
        let timer = clock.timer(clock.now());
        assert!(work.settled().now_or_never().is_none());
        assert!(timer.rung().now_or_never().is_some());
    }

    #[tokio::test]
    async fn what_is_left_after_a_move_passes_with_the_machines_time() {
        let clock = Clock::new(Work::default());
        let timer = clock.timer(later(clock.now(), HOUR + Duration::from_millis(50)));
        let rung = tokio::spawn(timer.rung());
        tokio::task::yield_now().await;
        clock.advance(HOUR).unwrap();
        tokio::time::timeout(Duration::from_secs(30), rung).await.expect("not after an hour").unwrap();
    }
}
