//! Why the issuer signs no token, or accepts none.

/// The errors of signing a token.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// The keys cannot be read or stored.
    #[error("the signing key cannot be used: {0}")]
    Key(#[from] std::io::Error),
    /// No key can be made.
    #[error("no signing key can be made")]
    Generation,
    /// A token cannot be signed.
    #[error("the token cannot be signed: {0}")]
    Signing(#[from] jsonwebtoken::errors::Error),
    /// The template has no authorizer to sign a token for.
    #[error("the template declares no JWT authorizer")]
    NoAuthorizer,
}

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    /// It is no signed token, or a claim that decides has another type.
    #[error("the token is malformed")]
    Malformed,
    /// It is signed in another way.
    #[error("the token has another signing method than RS256")]
    Algorithm,
    /// Its key is none of the issuer's.
    #[error("the token has an unknown key")]
    UnknownKey,
    /// It was changed, or another key signed it.
    #[error("the token has an invalid signature")]
    Signature,
    /// It is of another issuer.
    #[error("the token has an invalid issuer")]
    Issuer,
    /// It is for another audience.
    #[error("the token does not have a valid audience")]
    Audience,
    /// It is too old.
    #[error("the token has expired")]
    Expired,
    /// It is of the future.
    #[error("the token is not valid yet")]
    NotYet,
}
