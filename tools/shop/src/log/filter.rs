//! Filters of events.

use super::event::Event;
use foldlog::Timestamp;
use jiff::SignedDuration;
use shop_domain::{
    access, account, audit, cart, fulfilment, invoice, order, payment, product, shipment, stock, warehouse,
};
use std::collections::BTreeSet;
use strum::VariantNames;

/// Filters of events.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// The type of the events.
    pub(crate) name: Option<String>,
    /// The moment from which they were committed.
    pub(crate) since: Option<Timestamp>,
}

impl Filter {
    /// Whether an event passes.
    pub(crate) fn takes(&self, event: &Event) -> bool {
        self.name.as_ref().is_none_or(|name| *name == event.shown.name)
            && self.since.is_none_or(|since| event.shown.at.0 >= since)
    }
}

/// The types of all events that this release knows.
pub(crate) fn event_types() -> impl Iterator<Item = &'static str> {
    let streams = [
        product::Event::VARIANTS,
        stock::Event::VARIANTS,
        cart::Event::VARIANTS,
        order::Event::VARIANTS,
        fulfilment::Event::VARIANTS,
        account::Event::VARIANTS,
        warehouse::Event::VARIANTS,
        payment::Event::VARIANTS,
        invoice::Event::VARIANTS,
        shipment::Event::VARIANTS,
        audit::Event::VARIANTS,
        access::Event::VARIANTS,
    ];
    // Two streams, orders and their processes, have an event type of the same name.
    streams.into_iter().flatten().copied().collect::<BTreeSet<_>>().into_iter()
}

/// A moment of the command line: a time (RFC 3339), or how long ago, such as `10m`.
pub(crate) fn moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(moment) = text.parse() {
        return Ok(moment);
    }
    let ago: SignedDuration = text
        .parse()
        .map_err(|_| "say a time, such as 2026-11-21T10:00:00Z, or how long ago, such as 10m".to_owned())?;
    let moment = jiff::Timestamp::now().checked_sub(ago.abs()).map_err(|error| error.to_string())?;
    Ok(Timestamp(moment.as_millisecond()))
}

/// A place in a stream's life: a version, or a moment as [`moment`] reads it.
pub(crate) fn place(text: &str) -> Result<String, String> {
    if text.parse::<u64>().is_ok() {
        return Ok(text.to_owned());
    }
    let place = moment(text).map(|moment| moment.to_string());
    place.map_err(|hint| format!("{hint}; or a version, 0 for before the first event"))
}

#[cfg(test)]
mod tests {
    use super::super::event::tests::event;
    use super::*;

    #[test]
    fn a_moment_is_a_time_or_how_long_ago() {
        assert_eq!(moment("2025-11-21T09:52:03.045Z"), Ok(Timestamp(1_763_718_723_045)));
        let now = jiff::Timestamp::now().as_millisecond();
        let ago = now - moment("1h 30m").unwrap().0;
        assert!((5_399_000..=5_400_000).contains(&ago), "{ago}");
        assert!(moment("yesterday").is_err() && moment("").is_err());
    }

    #[test]
    fn a_place_is_a_version_or_a_moment() {
        assert_eq!(place("0").as_deref(), Ok("0"));
        assert_eq!(place("2025-11-21T10:52:03.045+01:00").as_deref(), Ok("2025-11-21T09:52:03.045Z"));
        assert!(place("1h").is_ok_and(|place| place.ends_with('Z')));
        assert!(place("-1x").unwrap_err().contains("a version"));
    }

    #[test]
    fn a_filter_takes_its_type_from_its_moment_on() {
        let filter = Filter { name: Some("CartOpened".to_owned()), since: Some(Timestamp(5)) };
        assert!(filter.takes(&event("cart-1", 1, 5)) && !filter.takes(&event("cart-1", 1, 4)));
        assert!(!Filter { name: Some("ItemAdded".to_owned()), since: None }.takes(&event("cart-1", 1, 5)));
    }

    #[test]
    fn the_types_of_every_stream_are_known_and_none_twice() {
        let types: Vec<_> = event_types().collect();
        for name in ["ProductListed", "StockReserved", "CartCheckedOut", "OrderConfirmed", "ReservationRequested"] {
            assert_eq!(types.iter().filter(|known| **known == name).count(), 1, "{name}");
        }
    }
}
