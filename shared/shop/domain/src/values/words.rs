//! Names, descriptions and reasons that people write.

use super::form::Form;
use super::text::text_value;

text_value! {
    /// The name of a product or a warehouse.
    Name, "a name (1 to 200 characters, no control characters, not blank)", Form::Words(200)
}
text_value! {
    /// A name as it is sent: in one line. Names of older events may have more.
    SentName, "a name (1 to 200 characters in one line, no control characters, not blank)", Form::Line(200)
}
text_value! {
    /// The description of a product.
    Description, "a description (at most 2,000 characters)", Form::Prose(2_000)
}
text_value! {
    /// A person's reason, in their own words.
    Reason, "a reason (1 to 200 characters, not blank)", Form::Words(200)
}
text_value! {
    /// Why a person reads the personal data of another one, in one line.
    RevealReason, "a reason (1 to 200 characters in one line, no control characters, not blank)", Form::Line(200)
}
text_value! {
    /// A route as the template spells it, such as `GET /accounts/{id}`.
    RouteName, "a route (1 to 200 characters in one line, no control characters, not blank)", Form::Line(200)
}
text_value! {
    /// The number of a delivery note, as its sender writes it.
    DeliveryNote, "a delivery note (1 to 40 characters, no control characters, not blank)", Form::Line(40)
}
text_value! {
    /// The number by which a carrier identifies a shipment.
    TrackingNumber, "a tracking number (1 to 40 characters, no control characters, not blank)", Form::Line(40)
}
text_value! {
    /// The key of a row of totals, or a place in a row, such as `document/lines/0/quantity`.
    Place, "a place (1 to 200 characters, no control characters, not blank)", Form::Line(200)
}

impl From<SentName> for Name {
    fn from(name: SentName) -> Self {
        Self(name.0)
    }
}

impl Place {
    /// The place with this text: invalid characters are replaced, and a long text is cut off.
    #[must_use]
    pub fn nearest(text: &str) -> Self {
        let kept: String =
            text.chars().take(200).map(|each| if each.is_control() { '\u{fffd}' } else { each }).collect();
        kept.try_into().unwrap_or_else(|_| Self("?".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_row_holds_has_a_place() {
        assert_eq!(Place::nearest("document/lines/0").as_str(), "document/lines/0");
        assert_eq!(Place::nearest("document/a\nb").as_str(), "document/a\u{fffd}b");
        assert_eq!(Place::nearest(" ").as_str(), "?");
        let long = Place::nearest(&"ü".repeat(300));
        assert_eq!(long.as_str().parse(), Ok(long.clone()));
    }
}
