//! The resources of the template that cost money without any order, or that limit the number of orders.

use shop_composition::TEMPLATE;
use std::collections::BTreeMap;
use yaml_serde::Value;

/// Minutes of a month of 30 days.
pub(crate) const MINUTES: u64 = 30 * 24 * 60;

/// The resources that the template declares.
#[derive(Clone, Debug)]
pub(crate) struct Inventory {
    /// The functions, by binary.
    pub(crate) functions: BTreeMap<String, Function>,
    /// Alarms.
    pub(crate) alarms: u64,
    /// Dashboards.
    pub(crate) dashboards: u64,
    /// The default number of days for which logs are kept.
    pub(crate) retention_days: u64,
    /// The maximum requests a second for each route.
    pub(crate) route_rate: u64,
}

/// A function.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    /// Its memory.
    pub(crate) memory_mb: u64,
    /// Its time-out.
    pub(crate) timeout_s: u64,
    /// The number of its routes.
    pub(crate) routes: u64,
    /// The queue that feeds it: messages of a batch, and batches at once.
    pub(crate) queue: Option<(u64, u64)>,
    /// The stream that feeds it: records of a batch, and batches of a shard at once.
    pub(crate) stream: Option<(u64, u64)>,
    /// The periods of its schedules, in minutes.
    pub(crate) every_minutes: Vec<u64>,
}

/// The template lacks something that `shop-cost` needs.
#[derive(Debug, thiserror::Error)]
#[error("template.yaml: {0}")]
pub(crate) struct Undeclared(String);

impl Inventory {
    /// Reads the template.
    pub(crate) fn read() -> Result<Self, Undeclared> {
        let template: Value = yaml_serde::from_str(TEMPLATE).map_err(|error| Undeclared(error.to_string()))?;
        let resources = template.get("Resources").and_then(Value::as_mapping);
        let resources = resources.ok_or_else(|| Undeclared("it has no Resources".to_owned()))?;
        let of_kind = |kind: &'static str| {
            resources.values().filter(move |resource| resource.get("Type").and_then(Value::as_str) == Some(kind))
        };
        let count = |kind| u64::try_from(of_kind(kind).count()).unwrap_or_default();
        let common = at(&template, &["Globals", "Function"]).cloned().unwrap_or_default();
        let functions = of_kind("AWS::Serverless::Function").map(|function| Function::read(function, &common));
        let api = of_kind("AWS::Serverless::HttpApi").next().cloned().unwrap_or_default();
        let rate = at(&api, &["Properties", "DefaultRouteSettings", "ThrottlingRateLimit"]).and_then(Value::as_u64);
        let retention = at(&template, &["Parameters", "LogRetentionDays", "Default"]).and_then(Value::as_u64);
        Ok(Self {
            functions: functions.collect::<Result<_, _>>()?,
            alarms: count("AWS::CloudWatch::Alarm") + count("AWS::CloudWatch::CompositeAlarm"),
            dashboards: count("AWS::CloudWatch::Dashboard"),
            retention_days: retention.ok_or_else(|| Undeclared("LogRetentionDays has no Default".to_owned()))?,
            route_rate: rate.ok_or_else(|| Undeclared("the HttpApi has no ThrottlingRateLimit".to_owned()))?,
        })
    }

    /// The number of scheduled runs in a month.
    pub(crate) fn scheduled_runs(&self) -> u64 {
        let schedules = self.functions.values().flat_map(|function| &function.every_minutes);
        schedules.map(|every| MINUTES / (*every).max(1)).sum()
    }

    /// The number of functions that queues feed.
    pub(crate) fn fed_from_queues(&self) -> u64 {
        u64::try_from(self.functions.values().filter(|function| function.queue.is_some()).count()).unwrap_or_default()
    }

    /// A function of the template.
    pub(crate) fn function(&self, binary: &str) -> Result<&Function, Undeclared> {
        self.functions.get(binary).ok_or_else(|| Undeclared(format!("there is no function {binary}")))
    }
}

impl Function {
    fn read(resource: &Value, common: &Value) -> Result<(String, Self), Undeclared> {
        let binary = at(resource, &["Metadata", "BuildProperties", "Binary"]).and_then(Value::as_str);
        let binary = binary.ok_or_else(|| Undeclared("a function names no Binary".to_owned()))?.to_owned();
        let number = |name: &str| {
            let own = at(resource, &["Properties", name]).or_else(|| common.get(name));
            own.and_then(Value::as_u64).ok_or_else(|| Undeclared(format!("{binary} has no {name}")))
        };
        let (memory_mb, timeout_s) = (number("MemorySize")?, number("Timeout")?);
        let mut function =
            Self { memory_mb, timeout_s, routes: 0, queue: None, stream: None, every_minutes: Vec::new() };
        let events = at(resource, &["Properties", "Events"]).and_then(Value::as_mapping);
        for event in events.into_iter().flat_map(|events| events.values()) {
            let setting = |path: &[&str], usual: u64| {
                event.get("Properties").and_then(|own| at(own, path)).and_then(Value::as_u64).unwrap_or(usual)
            };
            match event.get("Type").and_then(Value::as_str).unwrap_or_default() {
                "HttpApi" => function.routes += 1,
                "SQS" => {
                    let at_once = setting(&["ScalingConfig", "MaximumConcurrency"], 1_000);
                    function.queue = Some((setting(&["BatchSize"], 10), at_once));
                }
                "DynamoDB" => {
                    function.stream = Some((setting(&["BatchSize"], 100), setting(&["ParallelizationFactor"], 1)));
                }
                "ScheduleV2" => {
                    let rate = at(event, &["Properties", "ScheduleExpression"]).and_then(Value::as_str);
                    let every = rate.and_then(minutes);
                    let every = every.ok_or_else(|| Undeclared(format!("{binary}: a schedule is no rate")))?;
                    function.every_minutes.push(every);
                }
                other => return Err(Undeclared(format!("{binary}: what {other} costs is not known here"))),
            }
        }
        Ok((binary, function))
    }
}

fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, name| value.get(*name))
}

/// The minutes of `rate(1 day)`.
fn minutes(rate: &str) -> Option<u64> {
    let (count, unit) = rate.strip_prefix("rate(")?.strip_suffix(')')?.split_once(' ')?;
    let unit = match unit.trim_end_matches('s') {
        "minute" => 1,
        "hour" => 60,
        "day" => 24 * 60,
        _ => return None,
    };
    Some(count.parse::<u64>().ok()? * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_says_what_runs_though_nobody_buys() {
        let inventory = Inventory::read().unwrap();
        assert_eq!(inventory.functions.len(), shop_composition::functions().len());
        let fulfilment = inventory.function("fulfilment").unwrap();
        assert_eq!((&*fulfilment.every_minutes, fulfilment.queue, fulfilment.routes), (&[1][..], Some((10, 10)), 0));
        // Twice a minute, every 15 minutes, and once a day.
        assert_eq!(inventory.scheduled_runs(), 2 * MINUTES + MINUTES / 15 + 30);
        assert!(inventory.function("queries").unwrap().routes > 20 && inventory.fed_from_queues() == 8);
        assert_eq!(inventory.function("projector").unwrap().stream, Some((100, 1)));
        assert!(inventory.function("nobody").is_err());
    }

    #[test]
    fn rates_are_minutes_and_nothing_else_is_a_rate() {
        assert_eq!(
            ["rate(1 minute)", "rate(2 hours)", "rate(1 day)", "cron(0 3 * * ? *)"].map(minutes),
            [Some(1), Some(120), Some(1_440), None]
        );
    }
}
