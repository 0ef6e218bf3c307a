//! The stable names of events and refusals.

/// A type with stable names: every enum whose variants strum turns into their names (`strum::IntoStaticStr`).
pub trait Named {
    /// The name.
    fn name(&self) -> &'static str;
}

impl<T> Named for T
where
    for<'a> &'a T: Into<&'static str>,
{
    fn name(&self) -> &'static str {
        self.into()
    }
}
