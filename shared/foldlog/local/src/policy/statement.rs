//! One `Allow` statement: actions, resources, and conditions on the partition keys.

use super::Demand;
use crate::template::loose::each;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A statement that allows something.
#[derive(Clone, Debug)]
pub(crate) struct Allow {
    /// The allowed actions and resources.
    pub(super) actions: Vec<String>,
    resources: Vec<String>,
    conditions: Vec<Condition>,
    /// `Principal.Service`, for a resource's policy.
    pub(crate) principals: Vec<String>,
    /// The patterns of `aws:SourceArn`, for a resource's policy. An empty list allows any source.
    pub(crate) sources: Vec<String>,
}

/// Every partition key of a request matches one of the patterns.
#[derive(Clone, Debug)]
struct Condition {
    exact: bool,
    patterns: Vec<String>,
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
    #[serde(rename = "Sid")]
    _sid: Option<String>,
    effect: String,
    action: Value,
    resource: Option<Value>,
    principal: Option<Map<String, Value>>,
    #[serde(default)]
    condition: BTreeMap<String, BTreeMap<String, Value>>,
}

/// The statements of a policy document. An unsupported one is refused with the reason.
pub(crate) fn document(document: &Value) -> Result<Vec<Allow>, String> {
    let document = Document::deserialize(document).map_err(|error| error.to_string())?;
    each(&document.statement).iter().map(statement).collect()
}

fn statement(written: &Value) -> Result<Allow, String> {
    let written = Written::deserialize(written).map_err(|error| error.to_string())?;
    if written.effect != "Allow" {
        return Err(format!("the effect {} is not imitated on one machine", written.effect));
    }
    if written.resource.is_none() && written.principal.is_none() {
        return Err("a statement needs a Resource".to_owned());
    }
    let mut allow = Allow {
        actions: texts(&written.action),
        resources: texts(&written.resource.unwrap_or_default()),
        conditions: Vec::new(),
        principals: Vec::new(),
        sources: Vec::new(),
    };
    for (kind, principal) in written.principal.iter().flatten() {
        if kind != "Service" {
            return Err(format!("the principal {kind} is not imitated on one machine"));
        }
        allow.principals = texts(principal);
    }
    for (operator, keys) in written.condition {
        for (key, patterns) in keys {
            let patterns = texts(&patterns);
            match (operator.as_str(), key.as_str()) {
                ("ForAllValues:StringLike" | "ForAllValues:StringEquals", "dynamodb:LeadingKeys") => {
                    allow.conditions.push(Condition { exact: operator == "ForAllValues:StringEquals", patterns });
                }
                ("ArnEquals" | "ArnLike" | "StringEquals" | "StringLike", "aws:SourceArn" | "AWS:SourceArn") => {
                    allow.sources = patterns;
                }
                _ => return Err(format!("the condition {operator} on {key} is not imitated on one machine")),
            }
        }
    }
    Ok(allow)
}

fn texts(value: &Value) -> Vec<String> {
    each(value).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

impl Allow {
    /// Whether the statement allows a demand.
    pub(crate) fn permits(&self, demand: &Demand) -> bool {
        let action = demand.action.to_lowercase();
        self.actions.iter().any(|pattern| glob(&pattern.to_lowercase(), &action))
            && self.resources.iter().any(|pattern| glob(pattern, &demand.resource))
            && self.conditions.iter().all(|condition| condition.holds(&demand.keys))
    }
}

impl Condition {
    /// As on AWS, a request without any partition key satisfies `ForAllValues`.
    fn holds(&self, keys: &[String]) -> bool {
        let matches = |pattern: &String, key: &String| if self.exact { pattern == key } else { glob(pattern, key) };
        keys.iter().all(|key| self.patterns.iter().any(|pattern| matches(pattern, key)))
    }
}

/// Whether a text matches a pattern with `*` (any characters) and `?` (one character).
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut reached) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while reached < text.len() {
        if pattern.get(at) == Some(&'*') {
            star = Some((at, reached));
            at += 1;
        } else if pattern.get(at).is_some_and(|&c| c == '?' || c == text[reached]) {
            at += 1;
            reached += 1;
        } else if let Some((before, from)) = star {
            star = Some((before, from + 1));
            at = before + 1;
            reached = from + 1;
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn demand(action: &str, resource: &str, keys: &[&str]) -> Demand {
        Demand {
            action: action.to_owned(),
            resource: resource.to_owned(),
            keys: keys.iter().map(|&key| key.to_owned()).collect(),
        }
    }

    #[test]
    fn a_glob_backtracks_over_its_stars() {
        assert!(glob("a*c*e", "abccde"));
        assert!(glob("stock-*", "stock-"));
        assert!(glob("b?s", "bus"));
        assert!(!glob("a*c", "abcd"));
        assert!(!glob("stock-?", "stock-"));
        assert!(!glob("", "a"));
    }

    #[test]
    fn action_resource_and_every_leading_key_must_match() {
        let allows = document(&json!({"Statement": {
            "Effect": "Allow", "Action": ["dynamodb:PutItem"], "Resource": "arn:table/Log",
            "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["cart-*"]}}
        }}))
        .unwrap();
        let permits = |demand: Demand| allows.iter().any(|allow| allow.permits(&demand));
        assert!(permits(demand("dynamodb:PutItem", "arn:table/Log", &["cart-1", "cart-2"])));
        assert!(!permits(demand("dynamodb:PutItem", "arn:table/Log", &["cart-1", "stock-2"])));
        assert!(!permits(demand("dynamodb:DeleteItem", "arn:table/Log", &["cart-1"])));
        assert!(!permits(demand("dynamodb:PutItem", "arn:table/Other", &["cart-1"])));
    }

    #[test]
    fn what_a_policy_says_and_nobody_imitates_is_refused_by_name() {
        let deny = document(&json!({"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}));
        assert!(deny.unwrap_err().contains("Deny"));
        let condition = document(&json!({"Statement": [{
            "Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "true"}}
        }]}));
        assert_eq!(condition.unwrap_err(), "the condition Bool on aws:SecureTransport is not imitated on one machine");
        let other = document(&json!({"Statement": [{"Effect": "Allow", "NotAction": "*", "Resource": "*"}]}));
        assert!(other.unwrap_err().contains("NotAction"));
        let nowhere = document(&json!({"Statement": [{"Effect": "Allow", "Action": "*"}]}));
        assert!(nowhere.unwrap_err().contains("Resource"));
    }
}
