//! The condition of a statement: what must be true of a request so that the statement speaks of it.

use super::glob::Pattern;
use super::request::Asked;
use crate::template::identity::ACCOUNT;

/// One operator on one key of a request.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    key: Key,
    operator: Operator,
    values: Vec<String>,
}

/// A key of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    /// The partition keys that it names. A scan names none.
    LeadingKeys,
    /// The owner in the encryption context of a request to KMS.
    Owner,
    /// The role that it comes from.
    Principal,
    /// The resource for which a service makes it.
    Source,
    /// The account of that resource.
    SourceAccount,
    /// Whether it comes over TLS.
    Tls,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    /// One of the values matches. Without the key, none does.
    One(Pattern),
    /// None of the values matches, or there is no key.
    None(Pattern),
    /// Each of the key's own values matches one, or there is no key.
    Each(Pattern),
    /// The key is missing, or it is not.
    Null,
    /// The key is true, or it is not.
    Bool,
}

impl Condition {
    /// Reads a condition. An unsupported one is refused with the reason.
    pub(super) fn read(operator: &str, key: &str, values: Vec<String>) -> Result<Self, String> {
        let unknown = || format!("the condition {operator} on {key} is not imitated on one machine");
        let known = match key.to_lowercase().as_str() {
            "dynamodb:leadingkeys" => Key::LeadingKeys,
            "kms:encryptioncontext:owner" => Key::Owner,
            "aws:principalarn" => Key::Principal,
            "aws:sourcearn" => Key::Source,
            "aws:sourceaccount" => Key::SourceAccount,
            "aws:securetransport" => Key::Tls,
            _ => return Err(unknown()),
        };
        let parsed = match operator {
            "Null" => Operator::Null,
            "Bool" if known == Key::Tls => Operator::Bool,
            "ForAllValues:StringLike" if known == Key::LeadingKeys => Operator::Each(Pattern::Glob),
            "ForAllValues:StringEquals" if known == Key::LeadingKeys => Operator::Each(Pattern::Exact),
            "StringEquals" if known != Key::LeadingKeys => Operator::One(Pattern::Exact),
            "StringLike" if known != Key::LeadingKeys => Operator::One(Pattern::Glob),
            "StringNotEquals" if known != Key::LeadingKeys => Operator::None(Pattern::Exact),
            "StringNotLike" if known != Key::LeadingKeys => Operator::None(Pattern::Glob),
            "ArnEquals" | "ArnLike" if matches!(known, Key::Principal | Key::Source) => Operator::One(Pattern::Arn),
            "ArnNotEquals" | "ArnNotLike" if matches!(known, Key::Principal | Key::Source) => {
                Operator::None(Pattern::Arn)
            }
            _ => return Err(unknown()),
        };
        if matches!(parsed, Operator::Null | Operator::Bool)
            && !matches!(values.as_slice(), [only] if matches!(only.as_str(), "true" | "false"))
        {
            return Err(format!("the condition {operator} on {key} takes true or false"));
        }
        Ok(Self { key: known, operator: parsed, values })
    }

    /// Whether it holds for a request.
    pub(super) fn holds(&self, asked: &Asked<'_>) -> bool {
        let present: Vec<&str> = match self.key {
            Key::LeadingKeys => asked.demand.keys.iter().map(String::as_str).collect(),
            Key::Owner => asked.demand.owner.as_deref().into_iter().collect(),
            Key::Principal => asked.by.role().into_iter().collect(),
            Key::Source => asked.by.source().into_iter().collect(),
            Key::SourceAccount => asked.by.source().map(|_| ACCOUNT).into_iter().collect(),
            // No request of a function leaves the process; on AWS the SDK uses TLS.
            Key::Tls => vec!["true"],
        };
        let one = |pattern: Pattern, value: &str| self.values.iter().any(|wanted| pattern.matches(wanted, value));
        match self.operator {
            Operator::One(pattern) => present.iter().any(|value| one(pattern, value)),
            Operator::None(pattern) => !present.iter().any(|value| one(pattern, value)),
            Operator::Each(pattern) => present.iter().all(|value| one(pattern, value)),
            Operator::Null => self.values == [present.is_empty().to_string()],
            Operator::Bool => present.iter().any(|value| self.values.iter().any(|wanted| wanted == value)),
        }
    }

    /// The patterns of partition keys that it allows; none if it is about something else.
    pub(super) fn leading_keys(&self) -> Option<&[String]> {
        matches!((self.key, self.operator), (Key::LeadingKeys, Operator::Each(_))).then_some(&self.values)
    }
}
