//! One statement of a policy: what it allows or denies, to whom and under which conditions.

use super::condition::Condition;
use super::glob::glob;
use super::request::{Asked, Principal};
use crate::template::identity::{ACCOUNT, PARTITION};
use crate::template::loose::each;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Whether a statement allows or denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Effect {
    /// Nothing is allowed that no statement allows.
    Allow,
    /// A denial holds whatever else is allowed.
    Deny,
}

/// A statement.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    /// Its name in the policy, if it has one.
    pub(super) sid: String,
    /// What it does.
    pub(crate) effect: Effect,
    /// The patterns of its actions.
    pub(super) actions: Vec<String>,
    /// The patterns of its resources; none in the policy of a role that says who may assume it.
    pub(super) resources: Vec<String>,
    principals: Principals,
    pub(super) conditions: Vec<Condition>,
}

/// To whom a statement applies.
#[derive(Clone, Debug)]
enum Principals {
    /// To the holder of the policy.
    Holder,
    /// To everyone.
    Everyone,
    /// To these services and roles.
    These { services: Vec<String>, roles: Vec<String> },
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Document {
    #[serde(rename = "Version")]
    _version: Option<String>,
    #[serde(rename = "Id")]
    _id: Option<String>,
    statement: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Written {
    #[serde(default)]
    sid: String,
    effect: Effect,
    action: Value,
    resource: Option<Value>,
    principal: Option<Value>,
    #[serde(default)]
    condition: BTreeMap<String, BTreeMap<String, Value>>,
}

/// The statements of a policy document. An unsupported one is refused with the reason.
pub(crate) fn document(document: &Value) -> Result<Vec<Statement>, String> {
    let document = Document::deserialize(document).map_err(|error| error.to_string())?;
    each(&document.statement).iter().map(Statement::read).collect()
}

fn principals(written: &Value) -> Result<Principals, String> {
    let Some(kinds) = written.as_object() else {
        return match written.as_str() {
            Some("*") => Ok(Principals::Everyone),
            _ => Err(format!("the principal {written} is not imitated on one machine")),
        };
    };
    let (mut services, mut roles) = (Vec::new(), Vec::new());
    for (kind, names) in kinds {
        match kind.as_str() {
            "Service" => services.extend(texts(names)),
            "AWS" if texts(names).iter().any(|name| name == "*") => return Ok(Principals::Everyone),
            "AWS" => roles.extend(texts(names)),
            _ => return Err(format!("the principal {kind} is not imitated on one machine")),
        }
    }
    Ok(Principals::These { services, roles })
}

fn texts(value: &Value) -> Vec<String> {
    each(value).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

impl Statement {
    fn read(written: &Value) -> Result<Self, String> {
        let written = Written::deserialize(written).map_err(|error| error.to_string())?;
        if written.resource.is_none() && written.principal.is_none() {
            return Err("a statement needs a Resource".to_owned());
        }
        let conditions = written.condition.into_iter().flat_map(|(operator, keys)| {
            keys.into_iter().map(move |(key, values)| Condition::read(&operator, &key, spelled(&values)))
        });
        Ok(Self {
            sid: written.sid,
            effect: written.effect,
            actions: texts(&written.action),
            resources: texts(&written.resource.unwrap_or_default()),
            principals: written.principal.as_ref().map_or(Ok(Principals::Holder), principals)?,
            conditions: conditions.collect::<Result<_, _>>()?,
        })
    }

    /// Whether it speaks of a request.
    pub(crate) fn concerns(&self, asked: &Asked<'_>) -> bool {
        self.is_of(asked.by) && self.covers(asked)
    }

    /// Whether it leaves a request to the policies of the account's roles. The policy of a KMS key has to do so; those of
    /// other resources need not (KMS developer guide, "Default key policy").
    pub(super) fn delegates(&self, asked: &Asked<'_>) -> bool {
        let account = format!("arn:{PARTITION}:iam::{ACCOUNT}:root");
        let named = matches!(&self.principals, Principals::These { roles, .. } if roles.contains(&account));
        named && self.effect == Effect::Allow && self.covers(asked)
    }

    fn covers(&self, asked: &Asked<'_>) -> bool {
        let action = asked.demand.action.to_lowercase();
        self.actions.iter().any(|pattern| glob(&pattern.to_lowercase(), &action))
            && self.resources.iter().any(|pattern| glob(pattern, &asked.demand.resource))
            && self.conditions.iter().all(|condition| condition.holds(asked))
    }

    fn is_of(&self, by: Principal<'_>) -> bool {
        match (&self.principals, by) {
            (Principals::Holder | Principals::Everyone, _) => true,
            (Principals::These { roles, .. }, Principal::Role(arn)) => roles.iter().any(|role| role == arn),
            (Principals::These { services, .. }, Principal::Service { name, .. }) => services.iter().any(|s| s == name),
        }
    }

    /// Whether it lets a service assume the role that it belongs to.
    pub(super) fn trusts(&self, service: &str) -> bool {
        let named =
            matches!(&self.principals, Principals::These { services, .. } if services.iter().any(|s| s == service));
        named && self.effect == Effect::Allow && self.actions.iter().any(|action| action == "sts:AssumeRole")
    }
}

/// The values of a condition, which may be written as texts, numbers or flags.
fn spelled(values: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    each(values).iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Demand;
    use super::*;
    use serde_json::json;

    const ROLE: &str = "arn:aws:iam::000000000000:role/local/carts/x";

    fn concerns(statement: &Value, action: &str, resource: &str, keys: &[&str]) -> bool {
        let keys = keys.iter().map(|&key| key.to_owned()).collect();
        let demand = Demand { keys, ..Demand::on(action.to_owned(), resource.to_owned()) };
        let asked = Asked { demand: &demand, by: Principal::Role(ROLE) };
        document(&json!({ "Statement": statement })).unwrap().iter().any(|statement| statement.concerns(&asked))
    }

    #[test]
    fn action_resource_and_every_leading_key_must_match() {
        let append = json!({
            "Effect": "Allow", "Action": ["dynamodb:PutItem"], "Resource": "arn:table/Log",
            "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["cart-*"]}}
        });
        assert!(concerns(&append, "dynamodb:PutItem", "arn:table/Log", &["cart-1", "cart-2"]));
        assert!(!concerns(&append, "dynamodb:PutItem", "arn:table/Log", &["cart-1", "stock-2"]));
        assert!(!concerns(&append, "dynamodb:DeleteItem", "arn:table/Log", &["cart-1"]));
        assert!(!concerns(&append, "dynamodb:PutItem", "arn:table/Other", &["cart-1"]));
    }

    #[test]
    fn a_request_without_a_leading_key_passes_unless_null_is_false() {
        let read = |expected: Option<&str>| {
            let mut condition = json!({"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "cart-*"}});
            if let Some(expected) = expected {
                condition["Null"] = json!({"dynamodb:LeadingKeys": expected});
            }
            json!({"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*", "Condition": condition})
        };
        assert!(concerns(&read(None), "dynamodb:Scan", "t", &[]));
        assert!(!concerns(&read(Some("false")), "dynamodb:Scan", "t", &[]));
        assert!(concerns(&read(Some("false")), "dynamodb:Query", "t", &["cart-1"]));
        assert!(concerns(&read(Some("true")), "dynamodb:Scan", "t", &[]));
    }

    #[test]
    fn a_key_of_keys_is_for_the_owner_of_a_context() {
        let unwrap = json!({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*",
            "Condition": {"StringEquals": {"kms:EncryptionContext:owner": "cursors"}}});
        let statements = document(&json!({ "Statement": unwrap })).unwrap();
        for (owner, concerned) in [(Some("cursors"), true), (Some("ada"), false), (None, false)] {
            let owner = owner.map(str::to_owned);
            let demand = Demand { owner, ..Demand::on("kms:Decrypt".to_owned(), "key".to_owned()) };
            let asked = Asked { demand: &demand, by: Principal::Role(ROLE) };
            assert_eq!(statements[0].concerns(&asked), concerned, "{:?}", demand.owner);
        }
    }

    #[test]
    fn everyone_but_some_roles_may_be_meant() {
        let but = |role: &str| {
            json!({"Effect": "Deny", "Principal": "*", "Action": "dynamodb:PutItem", "Resource": "*",
                "Condition": {"ArnNotLike": {"aws:PrincipalArn": [format!("arn:aws:iam::000000000000:role/local/{role}/*")]}}})
        };
        assert!(concerns(&but("orders"), "dynamodb:PutItem", "t", &["cart-1"]));
        assert!(!concerns(&but("carts"), "dynamodb:PutItem", "t", &["cart-1"]));
        let named = json!({"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "a:b", "Resource": "*"});
        assert!(concerns(&named, "a:b", "t", &[]));
    }

    #[test]
    fn what_a_policy_says_and_nobody_imitates_is_refused_by_name() {
        let refused = |statement: Value| document(&json!({"Statement": [statement]})).unwrap_err();
        let condition = json!({"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}});
        assert_eq!(refused(condition), "the condition IpAddress on aws:SourceIp is not imitated on one machine");
        let null = json!({"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {"Null": {"dynamodb:LeadingKeys": "no"}}});
        assert_eq!(refused(null), "the condition Null on dynamodb:LeadingKeys takes true or false");
        assert!(refused(json!({"Effect": "Allow", "NotAction": "*", "Resource": "*"})).contains("NotAction"));
        assert!(refused(json!({"Effect": "Allow", "Action": "*"})).contains("Resource"));
        let federated = json!({"Effect": "Allow", "Action": "*", "Principal": {"Federated": "x"}, "Resource": "*"});
        assert_eq!(refused(federated), "the principal Federated is not imitated on one machine");
    }
}
