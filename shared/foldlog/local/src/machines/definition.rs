//! One state as the template defines it, parsed into its kind. Fields that are not supported are refused by name.

use super::choice::Rule;
use super::flow::{Fields, Flow, Reading};
use super::paths::{Path, ResultPath, Template};
use super::recovery::{self, Catcher, Retrier};
use crate::functions::Declared;
use crate::template::TemplateError;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

/// The integration that invokes a function by name.
const INVOKE: &str = "arn:aws:states:::lambda:invoke";
/// The concurrency of an inline map, if the definition does not bound it.
const INLINE_CONCURRENCY: usize = 40;
/// The most concurrent child executions of a distributed map.
const DISTRIBUTED_CONCURRENCY: usize = 10_000;

/// A state.
#[derive(Debug)]
pub(super) struct State {
    /// The `InputPath`: the part of the input that the state sees. None for an empty input.
    pub(super) input: Option<Path>,
    /// The `Parameters`: a template filled from that.
    pub(super) parameters: Option<Template>,
    /// The work of the state.
    pub(super) kind: Kind,
    /// The `ResultSelector`: a template filled from the result.
    pub(super) selector: Option<Template>,
    /// The `ResultPath`: where the result is put into the input. None discards the result.
    pub(super) result: Option<ResultPath>,
    /// The `OutputPath`: the part that is passed on. None for an empty output.
    pub(super) output: Option<Path>,
    /// The next state; none at an end.
    pub(super) next: Option<String>,
    /// The retriers,
    pub(super) retriers: Vec<Retrier>,
    /// and the catchers of its failures.
    pub(super) catchers: Vec<Catcher>,
}

/// The work of a state.
#[derive(Debug)]
pub(super) enum Kind {
    /// Invokes a function.
    Task(Task),
    /// Runs a flow for each item of a list.
    Map(MapState),
    /// Chooses the next state by the input: from the first rule that holds, or the default.
    Choice(Vec<Rule>, Option<String>),
    /// Waits.
    Wait(Seconds),
    /// Passes on a result of its own, or its input.
    Pass(Option<Value>),
    /// Ends the execution with success,
    Succeed,
    /// or with failure, with an error and its cause.
    Fail(String, String),
}

/// How long a state waits.
#[derive(Debug)]
pub(super) enum Seconds {
    /// A fixed time.
    Fixed(u32),
    /// The time that the input names.
    Told(Path),
}

/// The invocation of a function.
#[derive(Debug)]
pub(super) struct Task {
    /// The function's binary.
    pub(super) binary: String,
    /// Its ARN.
    pub(super) arn: String,
    /// Whether input and answer are those of the integration, which have the payload in a field.
    pub(super) integration: bool,
    /// The time limit.
    pub(super) timeout: Option<Duration>,
}

/// The work on each item of a list.
#[derive(Debug)]
pub(super) struct MapState {
    /// The list.
    pub(super) items: Path,
    /// The template of an item's input.
    pub(super) selector: Option<Template>,
    /// The flow of an item.
    pub(super) flow: Arc<Flow>,
    /// The most items at the same time.
    pub(super) concurrency: usize,
    /// The tolerated failures in percent, if each item is an execution of its own; none for an inline map.
    pub(super) distributed: Option<u8>,
}

impl State {
    /// Parses a state.
    pub(super) fn read(mut fields: Fields, reading: &mut Reading<'_>) -> Result<Self, TemplateError> {
        let kind: String = fields.need("Type")?;
        let mut parameters = None;
        let kind = match kind.as_str() {
            "Task" => {
                let (task, template) = Task::take(&mut fields, reading.functions)?;
                parameters = template;
                Kind::Task(task)
            }
            "Map" => Kind::Map(MapState::take(&mut fields, reading)?),
            "Choice" => Kind::Choice(fields.need("Choices")?, fields.take("Default")?),
            "Wait" => match (fields.take("Seconds")?, fields.take("SecondsPath")?) {
                (Some(seconds), None) => Kind::Wait(Seconds::Fixed(seconds)),
                (None, Some(path)) => Kind::Wait(Seconds::Told(path)),
                _ => return Err(fields.wrong("either Seconds or SecondsPath is expected")),
            },
            "Pass" => {
                parameters = fields.take("Parameters")?;
                Kind::Pass(fields.take("Result")?)
            }
            "Succeed" => Kind::Succeed,
            "Fail" => {
                let error = fields.take("Error")?.unwrap_or_default();
                let state = Self::plain(Kind::Fail(error, fields.take("Cause")?.unwrap_or_default()));
                return fields.end().map(|()| state);
            }
            other => return Err(fields.wrong(format!("the Type {other} is not imitated on one machine"))),
        };
        Self { parameters, ..Self::plain(kind) }.completed(fields)
    }

    /// A state that passes on its input unchanged, and ends the execution.
    fn plain(kind: Kind) -> Self {
        Self {
            input: Some(Path::whole()),
            parameters: None,
            kind,
            selector: None,
            result: Some(ResultPath::whole()),
            output: Some(Path::whole()),
            next: None,
            retriers: Vec::new(),
            catchers: Vec::new(),
        }
    }

    /// Takes the fields that several types share.
    fn completed(mut self, mut fields: Fields) -> Result<Self, TemplateError> {
        self.input = fields.or_null("InputPath", Path::whole())?;
        self.output = fields.or_null("OutputPath", Path::whole())?;
        let works = matches!(self.kind, Kind::Task(_) | Kind::Map(_));
        if works {
            self.selector = fields.take("ResultSelector")?;
            self.retriers = fields.take("Retry")?.unwrap_or_default();
            self.catchers = fields.take("Catch")?.unwrap_or_default();
            if let Some(reason) = recovery::wrong(&self.retriers, &self.catchers) {
                return Err(fields.wrong(reason));
            }
        }
        if works || matches!(self.kind, Kind::Pass(_)) {
            self.result = fields.or_null("ResultPath", ResultPath::whole())?;
        }
        if !matches!(self.kind, Kind::Choice(..) | Kind::Succeed) {
            self.next = fields.take("Next")?;
            let end = fields.take("End")?.unwrap_or(false);
            if end == self.next.is_some() {
                return Err(fields.wrong("either a Next or End: true is expected"));
            }
        }
        fields.end().map(|()| self)
    }

    /// The states that it may go on to.
    pub(super) fn followers(&self) -> impl Iterator<Item = &str> {
        let (rules, otherwise) = if let Kind::Choice(rules, otherwise) = &self.kind {
            (rules.as_slice(), otherwise.as_ref())
        } else {
            (&[][..], None)
        };
        let caught = self.catchers.iter().map(|catcher| &catcher.next);
        self.next.iter().chain(caught).chain(rules.iter().map(|rule| &rule.next)).chain(otherwise).map(String::as_str)
    }
}

impl Task {
    /// Takes the kind of a task, and the template of its input.
    fn take(fields: &mut Fields, functions: &[Declared]) -> Result<(Self, Option<Template>), TemplateError> {
        let resource: String = fields.need("Resource")?;
        let integration = resource == INVOKE;
        let (function, template) = if integration {
            let mut parameters = Fields::of(fields.need("Parameters")?, fields.at("Parameters"))?;
            let function: String = parameters.need("FunctionName")?;
            let mut payload = Map::new();
            for name in ["Payload", "Payload.$"] {
                payload.extend(parameters.take::<Value>(name)?.map(|value| (name.to_owned(), value)));
            }
            let place = parameters.at("Payload");
            parameters.end()?;
            (function, Some(crate::template::read(Value::Object(payload), &place)?))
        } else {
            (resource, fields.take("Parameters")?)
        };
        let named = functions.iter().find(|named| named.arn == function || (integration && named.name == function));
        let named =
            named.ok_or_else(|| fields.wrong(format!("Resource: {function} is no function of this template")))?;
        let timeout = fields.take("TimeoutSeconds")?.map(|seconds: u32| Duration::from_secs(seconds.into()));
        Ok((Self { binary: named.binary.clone(), arn: named.arn.clone(), integration, timeout }, template))
    }
}

impl MapState {
    fn take(fields: &mut Fields, reading: &mut Reading<'_>) -> Result<Self, TemplateError> {
        let mut processor = Fields::of(fields.need("ItemProcessor")?, fields.at("ItemProcessor"))?;
        let config = processor.take("ProcessorConfig")?.unwrap_or_else(|| Map::new().into());
        let mut config = Fields::of(config, processor.at("ProcessorConfig"))?;
        let mode: Option<String> = config.take("Mode")?;
        let distributed = match mode.as_deref() {
            None | Some("INLINE") => None,
            Some("DISTRIBUTED") => match config.need::<String>("ExecutionType")?.as_str() {
                "STANDARD" => Some(fields.take("ToleratedFailurePercentage")?.unwrap_or(0)),
                other => return Err(config.wrong(format!("the ExecutionType {other} is not imitated on one machine"))),
            },
            Some(other) => return Err(config.wrong(format!("the Mode {other} is not imitated on one machine"))),
        };
        if distributed > Some(100) {
            return Err(fields.wrong("ToleratedFailurePercentage is between 0 and 100"));
        }
        config.end()?;
        let flow = Arc::new(Flow::take(&mut processor, reading)?);
        processor.end()?;
        let unbounded = if distributed.is_some() { DISTRIBUTED_CONCURRENCY } else { INLINE_CONCURRENCY };
        let bound = fields.take("MaxConcurrency")?.filter(|most| *most > 0);
        Ok(Self {
            items: fields.take("ItemsPath")?.unwrap_or_else(Path::whole),
            selector: fields.take("ItemSelector")?,
            flow,
            concurrency: bound.unwrap_or(unbounded).min(unbounded),
            distributed,
        })
    }
}
