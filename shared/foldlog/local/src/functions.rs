//! The functions: the template's declaration of each, and one invocation, with its time-out.

use crate::gate::{Gate, Inside};
use crate::logs::Logging;
use crate::policy::Policy;
use crate::template::{Resource, Stack, TemplateError, loose};
use crate::work::Work;
use foldlog_lambda::Invoke;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Lambda's own time-out for a function that declares none.
const DEFAULT_TIMEOUT_SECONDS: i64 = 3;

/// The service that runs them.
const LAMBDA: &str = "lambda.amazonaws.com";

/// The functions, by binary.
pub(crate) type Runners = BTreeMap<String, Arc<Runner>>;

/// A function as the template declares it.
#[derive(Debug)]
pub(crate) struct Declared {
    /// Its binary: the name that it is registered under.
    pub(crate) binary: String,
    /// Its logical id.
    pub(crate) logical: String,
    /// Its name.
    pub(crate) name: String,
    /// Its ARN.
    pub(crate) arn: String,
    /// How long one invocation may take.
    pub(crate) timeout: Duration,
    /// Its settings.
    pub(crate) environment: BTreeMap<String, String>,
    /// Its log.
    pub(crate) logging: Logging,
    /// Its permissions.
    pub(crate) policy: Arc<Policy>,
    /// Whether the template declares its role. Otherwise SAM makes one.
    pub(crate) has_own_role: bool,
    /// Whether Lambda writes traces of it.
    pub(crate) is_traced: bool,
    /// Its events, by name: type and properties.
    pub(crate) events: Vec<(String, String, Value)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
    #[serde(default, deserialize_with = "loose::number")]
    timeout: Option<i64>,
    #[serde(default)]
    environment: Environment,
    role: Option<String>,
    tracing: Option<String>,
    #[serde(default)]
    logging_config: Logging,
    #[serde(default)]
    events: BTreeMap<String, Event>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Environment {
    #[serde(default)]
    variables: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(default)]
    properties: Value,
}

impl Declared {
    /// The functions that a template declares.
    pub(crate) fn all(stack: &Stack) -> Result<Vec<Self>, TemplateError> {
        stack.of_kind("AWS::Serverless::Function").map(|resource| Self::read(resource, stack)).collect()
    }

    fn read(resource: &Resource, stack: &Stack) -> Result<Self, TemplateError> {
        let written: Written = resource.read()?;
        let variables = written.environment.variables.into_iter().map(|(name, value)| {
            let text = loose::scalar(&value, &format!("{}.Environment.{name}", resource.logical))?;
            Ok((name, text))
        });
        let seconds = written.timeout.unwrap_or(DEFAULT_TIMEOUT_SECONDS);
        let seconds = u64::try_from(seconds).map_err(|_| resource.wrong("Timeout", "it is negative"))?;
        let events = written.events.into_iter();
        let policy = match &written.role {
            None => Policy::of(resource)?,
            Some(_) if resource.properties.contains_key("Policies") => {
                return Err(resource.wrong("Role", "with a Role of its own a function has no Policies"));
            }
            Some(arn) => Policy::assumed(arn, LAMBDA, stack).map_err(|reason| resource.wrong("Role", reason))?,
        };
        Ok(Self {
            binary: binary(resource),
            logical: resource.logical.clone(),
            name: resource.identity.reference.clone(),
            arn: resource.identity.attribute("Arn"),
            timeout: Duration::from_secs(seconds),
            environment: variables.collect::<Result<_, TemplateError>>()?,
            policy: Arc::new(policy),
            has_own_role: written.role.is_some(),
            is_traced: written.tracing.as_deref() == Some("Active"),
            logging: written.logging_config.checked(resource)?,
            events: events.map(|(name, event)| (name, event.kind, event.properties)).collect(),
        })
    }

    /// An error about one of the events.
    pub(crate) fn wrong(&self, event: &str, reason: impl Into<String>) -> TemplateError {
        TemplateError::value(format!("{}.Events.{event}", self.logical), reason)
    }
}

/// The binary that a function is built from. If none is named, it is the logical id less `Function`, in kebab case.
fn binary(resource: &Resource) -> String {
    let named = resource.metadata.pointer("/BuildProperties/Binary").and_then(Value::as_str);
    if let Some(named) = named {
        return named.to_owned();
    }
    let id = resource.logical.strip_suffix("Function").unwrap_or(&resource.logical);
    let mut name = String::new();
    for letter in id.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// Why an invocation returned no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum FunctionError {
    /// The function returned an error.
    #[error("{0}")]
    Failed(String),
    /// It panicked.
    #[error("the function panicked")]
    Panicked,
    /// It was killed.
    #[error("the function was killed")]
    Killed,
    /// It took longer than its time-out.
    #[error("Task timed out after {0} seconds")]
    TimedOut(u64),
}

/// A function that is ready to be invoked.
pub(crate) struct Runner {
    /// The name it is registered under.
    pub(crate) binary: String,
    /// Its ARN.
    pub(crate) arn: String,
    /// The gate of its triggers.
    pub(crate) gate: Arc<Gate>,
    timeout: Duration,
    function: Arc<dyn Invoke>,
    work: Work,
}

/// The right of a trigger to one invocation.
pub(crate) struct Entered<'a> {
    runner: &'a Runner,
    inside: Inside<'a>,
}

impl Runner {
    /// A function of the template with its implementation.
    pub(crate) fn new(declared: &Declared, function: Arc<dyn Invoke>, gate: Arc<Gate>, work: Work) -> Self {
        let (binary, arn) = (declared.binary.clone(), declared.arn.clone());
        Self { binary, arn, gate, timeout: declared.timeout, function, work }
    }

    /// Waits until a trigger may invoke the function; none once the host stops.
    pub(crate) async fn enter(&self, stop: &mut watch::Receiver<bool>) -> Option<Entered<'_>> {
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => None,
            inside = self.gate.enter() => Some(Entered { runner: self, inside }),
        }
    }

    /// One invocation, to its end: a panic or a time-out is an error of the function, logged here.
    pub(crate) async fn invoke(&self, payload: Value) -> Result<Value, FunctionError> {
        let _piece = self.work.begin();
        let function = Arc::clone(&self.function);
        // The invocation ends when its caller no longer waits for it.
        let mut invocation = JoinSet::new();
        invocation.spawn(async move { function.invoke(payload).await });
        let result = match tokio::time::timeout(self.timeout, invocation.join_next()).await {
            Ok(Some(Ok(Ok(answer)))) => Ok(answer),
            Ok(Some(Ok(Err(error)))) => Err(FunctionError::Failed(error.to_string())),
            Ok(Some(Err(_)) | None) => Err(FunctionError::Panicked),
            Err(_) => Err(FunctionError::TimedOut(self.timeout.as_secs())),
        };
        if let Err(error) = &result {
            tracing::error!(function = self.binary, %error, "the invocation failed");
        }
        result
    }
}

impl Entered<'_> {
    /// One invocation, to its end or until it is killed.
    pub(crate) async fn invoke(self, payload: Value) -> Result<Value, FunctionError> {
        tokio::select! {
            biased;
            () = self.inside.killed() => Err(FunctionError::Killed),
            result = self.runner.invoke(payload) => result,
        }
    }
}
