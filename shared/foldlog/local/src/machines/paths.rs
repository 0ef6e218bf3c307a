//! Reference paths such as `$.a.b[0]` and `$$.Execution.Id`, and the templates that are filled from them.

use super::failure::Failure;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A path to one value of a state's input, or of the context object.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Path {
    text: String,
    /// Whether it starts in the context object.
    context: bool,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Field(String),
    Index(usize),
}

/// A path to the position in a state's input at which a result is put.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct ResultPath(Path);

/// A template: its fields named `….$` are replaced by the values at their paths.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Value")]
pub(super) enum Template {
    Path(Path),
    Fields(Vec<(String, Template)>),
    Items(Vec<Template>),
    Literal(Value),
}

impl TryFrom<String> for Path {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("{text}: only paths such as $.a.b[0] are imitated on one machine");
        let rest = text.strip_prefix('$').ok_or_else(wrong)?;
        let (context, mut rest) = rest.strip_prefix('$').map_or((false, rest), |rest| (true, rest));
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, after) = if let Some(index) = rest.strip_prefix('[') {
                let (index, after) = index.split_once(']').ok_or_else(wrong)?;
                (Step::Index(index.parse().map_err(|_| wrong())?), after)
            } else {
                let name = rest.strip_prefix('.').ok_or_else(wrong)?;
                let end = name.find(['.', '[']).unwrap_or(name.len());
                let (name, after) = name.split_at(end);
                let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
                if name.is_empty() || !name.chars().all(plain) {
                    return Err(wrong());
                }
                (Step::Field(name.to_owned()), after)
            };
            steps.push(step);
            rest = after;
        }
        Ok(Self { text, context, steps })
    }
}

impl Path {
    /// The whole input.
    pub(super) fn whole() -> Self {
        Self { text: "$".to_owned(), context: false, steps: Vec::new() }
    }

    /// Whether it starts in the context object.
    pub(crate) fn of_context(&self) -> bool {
        self.context
    }

    /// The value at the path, if there is one.
    pub(crate) fn find<'a>(&self, input: &'a Value, context: &'a Value) -> Option<&'a Value> {
        let start = if self.context { context } else { input };
        self.steps.iter().try_fold(start, |value, step| match step {
            Step::Field(name) => value.get(name),
            Step::Index(index) => value.get(index),
        })
    }

    /// The value at the path. If there is none, the execution fails.
    pub(super) fn get<'a>(&self, input: &'a Value, context: &'a Value) -> Result<&'a Value, Failure> {
        let missing = || Failure::runtime(format!("The JSONPath '{}' could not be found in the input", self.text));
        self.find(input, context).ok_or_else(missing)
    }
}

impl TryFrom<String> for ResultPath {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let path = Path::try_from(text)?;
        if path.context {
            Err(format!("{}: nothing can be put into the context object", path.text))
        } else {
            Ok(Self(path))
        }
    }
}

impl ResultPath {
    /// The whole input, which is replaced.
    pub(super) fn whole() -> Self {
        Self(Path::whole())
    }

    /// The input with a value at this position. Missing fields on the way are created.
    pub(super) fn put(&self, mut input: Value, value: Value) -> Result<Value, Failure> {
        let mut place = &mut input;
        for step in &self.0.steps {
            let found = match step {
                Step::Field(name) => {
                    place.as_object_mut().map(|fields| fields.entry(name).or_insert_with(|| Map::new().into()))
                }
                Step::Index(index) => place.get_mut(index),
            };
            place = found.ok_or_else(|| {
                let cause = format!("Unable to apply ReferencePath {} to the input", self.0.text);
                Failure::new("States.ResultPathMatchFailure", cause)
            })?;
        }
        *place = value;
        Ok(input)
    }
}

impl TryFrom<Value> for Template {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let field = |(name, value): (String, Value)| match (name.strip_suffix(".$"), value) {
            (None, value) => Ok((name, Self::try_from(value)?)),
            (Some(name), Value::String(path)) if path.starts_with('$') => {
                Ok((name.to_owned(), Self::Path(Path::try_from(path)?)))
            }
            (Some(_), other) => Err(format!("{name}: a path is expected; {other} is not imitated on one machine")),
        };
        Ok(match value {
            Value::Object(fields) => Self::Fields(fields.into_iter().map(field).collect::<Result<_, _>>()?),
            Value::Array(items) => Self::Items(items.into_iter().map(Self::try_from).collect::<Result<_, _>>()?),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Self::Literal(value),
        })
    }
}

impl Template {
    /// The filled template.
    pub(super) fn fill(&self, input: &Value, context: &Value) -> Result<Value, Failure> {
        Ok(match self {
            Self::Path(path) => path.get(input, context)?.clone(),
            Self::Literal(value) => value.clone(),
            Self::Items(items) => items.iter().map(|item| item.fill(input, context)).collect::<Result<_, _>>()?,
            Self::Fields(fields) => {
                let filled = fields.iter().map(|(name, field)| Ok((name.clone(), field.fill(input, context)?)));
                Value::Object(filled.collect::<Result<_, Failure>>()?)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn path(text: &str) -> Path {
        Path::try_from(text.to_owned()).unwrap()
    }

    fn place(text: &str) -> ResultPath {
        ResultPath::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn a_path_leads_through_fields_and_positions_of_input_or_context() {
        let (input, context) = (json!({"a": {"b-c": [10, {"d": 1}]}}), json!({"a": 2}));
        assert_eq!(path("$").find(&input, &context), Some(&input));
        assert_eq!(path("$$").find(&input, &context), Some(&context));
        assert_eq!(path("$.a.b-c[1].d").find(&input, &context), Some(&json!(1)));
        assert_eq!(path("$$.a").find(&input, &context), Some(&json!(2)));
        for missing in ["$.b", "$.a.b-c[2]", "$.a[0]", "$.a.b-c.d"] {
            assert_eq!(path(missing).find(&input, &context), None, "{missing}");
        }
        assert_eq!(path("$.b").get(&input, &context).unwrap_err().error, "States.Runtime");
    }

    #[test]
    fn a_path_that_is_more_than_a_reference_is_refused() {
        for other in ["", "a", "$a", "$.", "$..a", "$.a[*]", "$.a[-1]", "$.a[0", "$.*", "$.a[?(@.b)]", "States.UUID()"]
        {
            assert!(Path::try_from(other.to_owned()).unwrap_err().starts_with(other), "{other}");
        }
        assert!(ResultPath::try_from("$$.Execution".to_owned()).is_err(), "nobody writes into the context");
    }

    #[test]
    fn a_result_is_put_where_its_place_is_and_the_rest_stays() {
        let input = json!({"a": 1, "list": [1, 2]});
        assert_eq!(place("$").put(input.clone(), json!(9)).unwrap(), json!(9));
        assert_eq!(
            place("$.b.c").put(input.clone(), json!(9)).unwrap(),
            json!({"a": 1, "list": [1, 2], "b": {"c": 9}})
        );
        assert_eq!(place("$.list[1]").put(input.clone(), json!(9)).unwrap(), json!({"a": 1, "list": [1, 9]}));
        for wrong in ["$.a.b", "$.list[2]", "$[0]"] {
            let failure = place(wrong).put(input.clone(), json!(9)).unwrap_err();
            assert_eq!(failure.error, "States.ResultPathMatchFailure", "{wrong}");
        }
    }

    #[test]
    fn a_template_is_filled_wherever_its_paths_stand() {
        let template = json!({"task": "fill", "segment.$": "$.n", "more": [{"id.$": "$$.id"}, "$.n"], "all.$": "$"});
        let template = Template::try_from(template).unwrap();
        let filled = template.fill(&json!({"n": 3}), &json!({"id": "x"})).unwrap();
        assert_eq!(filled, json!({"task": "fill", "segment": 3, "more": [{"id": "x"}, "$.n"], "all": {"n": 3}}));
        assert_eq!(template.fill(&json!({}), &json!({"id": "x"})).unwrap_err().error, "States.Runtime");
        let refused = Template::try_from(json!({"a": [{"id.$": "States.UUID()"}]})).unwrap_err();
        assert!(refused.starts_with("id.$: ") && refused.contains("States.UUID()"), "{refused}");
    }
}
