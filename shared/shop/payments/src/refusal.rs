//! Why a payment provider refuses a request for good.

use serde::{Deserialize, Serialize};

/// Why a provider refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::EnumIter, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ProviderRefusal {
    /// The reference was used for another amount or card.
    #[error("under this reference it was asked for another amount or card")]
    OtherContent,
    /// Nothing was ever authorised under this reference.
    #[error("it knows no payment of this reference")]
    Absent,
    /// Only an authorised payment can be captured or voided, and only a captured one refunded. About a payment that
    /// stands so, the answer is final: the provider cannot do this step any more.
    #[error("the payment does not stand so that this can be done")]
    NotPossible,
    /// The authorisation has expired.
    #[error("the authorisation has run out")]
    Expired,
    /// The provider does not know the key.
    #[error("the key is not known to it")]
    Credentials,
    /// The request is not one of the protocol.
    #[error("it does not understand the request")]
    Malformed,
}
