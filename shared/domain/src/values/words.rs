//! What people call things, and what they say of them.

use super::form::Form;
use super::text::text_value;

text_value! {
    /// What a product or a warehouse is called.
    Name, "a name (1 to 200 characters, no control characters, not blank)", Form::Words(200)
}
text_value! {
    /// What a product is like.
    Description, "a description (at most 2,000 characters)", Form::Prose(2_000)
}
text_value! {
    /// Why somebody did something, in their words.
    Reason, "a reason (1 to 200 characters, not blank)", Form::Words(200)
}
text_value! {
    /// The number on the paper that a delivery comes with, as its sender writes it.
    DeliveryNote, "a delivery note (1 to 40 characters, no control characters, not blank)", Form::Line(40)
}
text_value! {
    /// The number under which a carrier knows a shipment.
    TrackingNumber, "a tracking number (1 to 40 characters, no control characters, not blank)", Form::Line(40)
}
