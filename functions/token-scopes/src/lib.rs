//! Token scopes: takes the scopes of staff and operators out of the access tokens of everyone else.
//!
//! The stack's user pool has all users, and anyone may sign up. A user may begin a sign-in for any client of the pool,
//! so a client's list of scopes does not say who gets them. A group does: only an administrator puts a user into one.
//! So Cognito calls this function before it signs tokens, and a scope remains only if its user is in the group.
//!
//! If this function fails, Cognito issues no tokens.
//! (Developer guide of Cognito, "Pre token generation Lambda trigger", the event of version 2.)

use foldlog_functions::Ports;
use foldlog_lambda::{Error, Function, SettingError, Settings};
use serde::Deserialize;
use serde_json::{Value, json};

/// The scopes that a group opens, each with the group.
const SCOPES: [(&str, &str); 2] = [("shop/staff", "staff"), ("shop/operator", "operator")];

/// The handler of the user pool's requests.
#[derive(Debug)]
pub struct TokenScopes;

/// The function.
pub fn function<P: Ports>(_ports: &P, _settings: &Settings) -> Result<TokenScopes, SettingError> {
    Ok(TokenScopes)
}

/// The part of the pool's event that decides.
#[derive(Deserialize)]
struct Event {
    version: String,
    request: Request,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    #[serde(default)]
    group_configuration: Groups,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Groups {
    /// The groups of the user. Cognito calls them so because an answer may replace them.
    #[serde(default)]
    groups_to_override: Vec<String>,
}

impl Function for TokenScopes {
    type Event = Value;
    type Answer = Value;

    async fn call(&self, mut event: Value) -> Result<Value, Error> {
        let Event { version, request } = Event::deserialize(&event)?;
        if version == "1" {
            // Its answer would change ID tokens alone.
            return Err("the user pool sends the first version of the event: it needs LambdaVersion V2_0".into());
        }
        let groups = request.group_configuration.groups_to_override;
        let closed = SCOPES.iter().filter(|(_, group)| !groups.iter().any(|has| has == group));
        let closed: Vec<_> = closed.map(|(scope, _)| scope).collect();
        event["response"] =
            json!({ "claimsAndScopeOverrideDetails": { "accessTokenGeneration": { "scopesToSuppress": closed } } });
        Ok(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn suppressed(request: Value) -> Value {
        let event = json!({ "version": "2", "userName": "u", "request": request, "response": {} });
        let mut answer = TokenScopes.call(event.clone()).await.unwrap();
        assert_eq!(answer["userName"], "u", "the pool gets its own event back");
        answer["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]["scopesToSuppress"].take()
    }

    fn groups(groups: &[&str]) -> Value {
        json!({ "groupConfiguration": { "groupsToOverride": groups }, "scopes": ["shop/customer", "shop/operator"] })
    }

    #[tokio::test]
    async fn a_scope_remains_only_in_the_tokens_of_its_group() {
        assert_eq!(suppressed(groups(&[])).await, json!(["shop/staff", "shop/operator"]));
        assert_eq!(suppressed(groups(&["staff"])).await, json!(["shop/operator"]));
        assert_eq!(suppressed(groups(&["operator"])).await, json!(["shop/staff"]));
        assert_eq!(suppressed(groups(&["staff", "operator"])).await, json!([]));
        assert_eq!(suppressed(groups(&["Staff", "operators", "shop/staff"])).await, groups_of_nobody());
    }

    #[tokio::test]
    async fn who_is_in_no_group_or_in_an_unknown_shape_of_one_gets_none() {
        assert_eq!(suppressed(json!({})).await, groups_of_nobody());
        assert_eq!(suppressed(json!({ "groupConfiguration": {} })).await, groups_of_nobody());
        for request in [json!({ "groupConfiguration": { "groupsToOverride": "staff" } }), json!(null)] {
            let event = json!({ "version": "2", "request": request });
            assert!(TokenScopes.call(event).await.is_err(), "{request}");
        }
    }

    #[tokio::test]
    async fn an_event_that_cannot_change_access_tokens_gets_no_tokens() {
        let refused = TokenScopes.call(json!({ "version": "1", "request": groups(&[]) })).await.unwrap_err();
        assert!(refused.to_string().contains("V2_0"), "{refused}");
    }

    fn groups_of_nobody() -> Value {
        json!(["shop/staff", "shop/operator"])
    }
}
