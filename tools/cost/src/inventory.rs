//! The resources of the template that cost money without any order, or that limit the number of orders.

use crate::dashboard;
use shop_composition::TEMPLATE;
use std::collections::{BTreeMap, BTreeSet};
use yaml_serde::Value;

/// Minutes of a month of 30 days.
pub(crate) const MINUTES: u64 = 30 * 24 * 60;

/// The resources that the template declares.
#[derive(Clone, Debug)]
pub(crate) struct Inventory {
    /// The functions, by binary.
    pub(crate) functions: BTreeMap<String, Function>,
    /// The routes, each with the limit of its rate.
    pub(crate) routes: Vec<Route>,
    /// The metrics that alarms read.
    pub(crate) alarm_metrics: u64,
    /// The number of metrics on each dashboard.
    pub(crate) dashboards: Vec<u64>,
    /// The secrets that functions read.
    pub(crate) secrets: u64,
    /// The keys of KMS.
    pub(crate) keys: u64,
    /// The tables that are encrypted under a key of the account.
    pub(crate) encrypted: BTreeSet<String>,
    /// Whether X-Ray traces functions unless a parameter says otherwise.
    pub(crate) traced: bool,
    /// The bytes of a line of the gateway's log, as long as its values are as long as their names.
    pub(crate) access_log_bytes: u64,
    /// The default number of days for which logs are kept.
    pub(crate) retention_days: u64,
}

/// A route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// Its method and path.
    pub(crate) key: String,
    /// The most requests a second that the gateway lets through.
    pub(crate) rate: u64,
    /// The scopes that open it. Without one, it needs no token.
    pub(crate) scopes: Vec<String>,
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
        let common = at(&template, &["Globals", "Function"]).cloned().unwrap_or_default();
        let functions = of_kind("AWS::Serverless::Function").map(|function| Function::read(function, &common));
        let api = of_kind("AWS::Serverless::HttpApi").next().cloned().unwrap_or_default();
        let retention = at(&template, &["Parameters", "LogRetentionDays", "Default"]).and_then(Value::as_u64);
        let routes = of_kind("AWS::Serverless::Function").map(|function| Route::all(function, &api));
        let named = resources.iter().filter_map(|(id, resource)| Some((id.as_str()?, resource)));
        let encrypted = named.filter(|(_, table)| {
            at(table, &["Properties", "SSESpecification", "SSEEnabled"]).and_then(Value::as_bool) == Some(true)
        });
        let views = resources.keys().filter_map(Value::as_str).filter(|id| id.ends_with("View")).count();
        let dashboards = of_kind("AWS::CloudWatch::Dashboard").map(|dashboard| {
            dashboard::metrics(dashboard, views).ok_or_else(|| Undeclared("a dashboard is no JSON".to_owned()))
        });
        let tracing = at(&template, &["Parameters", "Tracing", "Default"]).and_then(Value::as_str);
        let format = at(&api, &["Properties", "AccessLogSettings", "Format"]).and_then(Value::as_str);
        Ok(Self {
            functions: functions.collect::<Result<_, _>>()?,
            routes: routes.collect::<Result<Vec<_>, _>>()?.concat(),
            alarm_metrics: of_kind("AWS::CloudWatch::Alarm").map(alarm_metrics).sum(),
            dashboards: dashboards.collect::<Result<_, _>>()?,
            secrets: of_kind("AWS::IAM::Role").map(read_secrets).sum(),
            keys: of_kind("AWS::KMS::Key").count() as u64,
            encrypted: encrypted.map(|(id, _)| id.to_owned()).collect(),
            traced: tracing == Some("Active"),
            access_log_bytes: format.map_or(0, str::len) as u64,
            retention_days: retention.ok_or_else(|| Undeclared("LogRetentionDays has no Default".to_owned()))?,
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

    /// The most requests a second of a route.
    pub(crate) fn rate(&self, key: &str) -> Result<u64, Undeclared> {
        let route = self.routes.iter().find(|route| route.key == key);
        Ok(route.ok_or_else(|| Undeclared(format!("there is no route {key}")))?.rate)
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

impl Route {
    /// The routes of a function. Settings of a route's own replace the default ones.
    fn all(function: &Value, api: &Value) -> Result<Vec<Self>, Undeclared> {
        let rate = |settings: &Value| settings.get("ThrottlingRateLimit").and_then(Value::as_u64);
        let usual = at(api, &["Properties", "DefaultRouteSettings"]).and_then(rate);
        let events = at(function, &["Properties", "Events"]).and_then(Value::as_mapping);
        let routes = events.into_iter().flat_map(|events| events.values()).filter_map(|event| {
            let is_route = event.get("Type").and_then(Value::as_str) == Some("HttpApi");
            let properties = event.get("Properties").filter(|_| is_route)?;
            let text = |name: &str| properties.get(name).and_then(Value::as_str);
            let key = format!("{} {}", text("Method")?, text("Path")?);
            let scopes = at(properties, &["Auth", "AuthorizationScopes"]).and_then(Value::as_sequence);
            let scopes = scopes.into_iter().flatten().filter_map(Value::as_str).map(ToOwned::to_owned).collect();
            let own = at(api, &["Properties", "RouteSettings", &key]).and_then(rate);
            let rate = own.or(usual).ok_or_else(|| Undeclared(format!("{key} has no ThrottlingRateLimit")));
            Some(rate.map(|rate| Self { key, rate, scopes }))
        });
        routes.collect()
    }
}

/// The metrics that an alarm reads: each is charged.
fn alarm_metrics(alarm: &Value) -> u64 {
    let metrics = at(alarm, &["Properties", "Metrics"]).and_then(Value::as_sequence);
    let read = metrics.map(|metrics| metrics.iter().filter(|metric| metric.get("MetricStat").is_some()).count());
    read.unwrap_or(1) as u64
}

fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, name| value.get(*name))
}

/// The secrets that a role may read: each has a statement of its own.
fn read_secrets(role: &Value) -> u64 {
    let policies = at(role, &["Properties", "Policies"]).and_then(Value::as_sequence).into_iter().flatten();
    let statements =
        policies.filter_map(|policy| at(policy, &["PolicyDocument", "Statement"])?.as_sequence()).flatten();
    let of_secret =
        |statement: &&Value| statement.get("Action").and_then(Value::as_str) == Some("secretsmanager:GetSecretValue");
    statements.filter(of_secret).count() as u64
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
        assert!(inventory.function("queries").unwrap().routes > 15 && inventory.fed_from_queues() == 9);
        assert_eq!(inventory.function("projector").unwrap().stream, Some((100, 1)));
        assert!(inventory.function("nobody").is_err());
        assert!((inventory.rate("GET /docs").unwrap(), inventory.rate("POST /carts").unwrap()) == (5, 50));
        let open = inventory.routes.iter().filter(|route| route.scopes.is_empty());
        assert!(inventory.routes.len() > 60 && open.count() == 6);
        // The expression of an alarm is no metric, and what it reads are.
        assert!(
            inventory.secrets == 2
                && inventory.keys == 1
                && inventory.alarm_metrics > 35
                && inventory.encrypted.contains("EventLog")
        );
    }

    #[test]
    fn rates_are_minutes_and_nothing_else_is_a_rate() {
        assert_eq!(
            ["rate(1 minute)", "rate(2 hours)", "rate(1 day)", "cron(0 3 * * ? *)"].map(minutes),
            [Some(1), Some(120), Some(1_440), None]
        );
    }
}
