//! Why a payment provider does not do what it is asked for, however often it is asked.

use serde::{Deserialize, Serialize};

/// Why a provider refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::EnumIter, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ProviderRefusal {
    /// The reference was used for something else.
    #[error("under this reference it was asked for another amount or card")]
    OtherContent,
    /// Nothing was ever authorised under this reference.
    #[error("it knows no payment of this reference")]
    Absent,
    /// Only what is set aside can be taken or let go, and only what was taken be given back.
    #[error("the payment does not stand so that this can be done")]
    NotPossible,
    /// What was set aside is no longer there to be taken.
    #[error("the authorisation has run out")]
    Expired,
    /// The provider does not know who asks.
    #[error("the key is not known to it")]
    Credentials,
    /// Not a request of the protocol.
    #[error("it does not understand the request")]
    Malformed,
}
