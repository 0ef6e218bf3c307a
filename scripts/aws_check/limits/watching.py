"""CloudWatch: alarms and dashboards."""

import json

from ..stack import Check, each, wrong

QUOTAS = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html"
ALARMS = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"
BODY = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html"

ALARM = "AWS::CloudWatch::Alarm"
DASHBOARD = "AWS::CloudWatch::Dashboard"


def metrics(stack):
    for id, alarm in stack.of_kind(ALARM):
        yield sum("MetricStat" in metric for metric in alarm.get("Metrics", [])), id


def many_metrics(stack):
    alarm = stack.first(ALARM, "Metrics")
    metric = next(metric for metric in alarm["Metrics"] if "MetricStat" in metric)
    alarm["Metrics"] = [metric] * 11


def actions(stack):
    names = ("AlarmActions", "OKActions", "InsufficientDataActions")
    return [(len(each(alarm.get(name, []))), f"{id}.{name}") for id, alarm in stack.of_kind(ALARM) for name in names]


def many_actions(stack):
    stack.first(ALARM)["AlarmActions"] = ["arn"] * 6


def evaluated(stack):
    for id, alarm in stack.of_kind(ALARM):
        periods = [metric["MetricStat"]["Period"] for metric in alarm.get("Metrics", []) if "MetricStat" in metric]
        yield int(alarm["EvaluationPeriods"]) * max(map(int, periods or [alarm.get("Period", 60)])), id


def slow_alarm(stack):
    stack.first(ALARM)["EvaluationPeriods"] = 1441


def descriptions(stack):
    return [(len(alarm.get("AlarmDescription", "")), id) for id, alarm in stack.of_kind(ALARM)]


def long_description(stack):
    stack.first(ALARM)["AlarmDescription"] = "x" * 1025


def bodies(stack):
    return [(id, json.loads(dashboard["DashboardBody"])) for id, dashboard in stack.of_kind(DASHBOARD)]


def widgets(stack):
    return [(len(body["widgets"]), id) for id, body in bodies(stack)]


def of_widget(widget):
    return len(widget["properties"].get("metrics", []))


def of_widgets(stack):
    for id, body in bodies(stack):
        yield from ((of_widget(widget), widget["properties"].get("title", id)) for widget in body["widgets"])


def of_dashboards(stack):
    return [(sum(map(of_widget, body["widgets"])), id) for id, body in bodies(stack)]


def with_widgets(number, size):
    def fault(stack):
        widget = {"type": "metric", "properties": {"metrics": [["Added", "Added"]] * size}}
        stack.first(DASHBOARD)["DashboardBody"] = json.dumps({"widgets": [widget] * number})

    return fault


def unreadable(stack):
    def places():
        for id, dashboard in stack.of_kind(DASHBOARD):
            try:
                body = json.loads(dashboard["DashboardBody"])
            except ValueError as error:
                yield f"{id}: {error}"
                continue
            for widget in body["widgets"]:
                x, width = widget.get("x", 0), widget.get("width", 6)
                if not (0 <= x <= 23 and 1 <= width and x + width <= 24):
                    yield f"{id}: {widget['properties'].get('title')} is beside the grid"

    return wrong(places())


def unread(stack):
    stack.first(DASHBOARD)["DashboardBody"] = '{"widgets": ['


CHECKS = [
    Check("CloudWatch: metrics of an alarm", 10, QUOTAS, metrics, many_metrics),
    Check("CloudWatch: actions of an alarm's state", 5, QUOTAS, actions, many_actions),
    Check("CloudWatch: seconds that an alarm looks at", 86_400, QUOTAS, evaluated, slow_alarm),
    Check("CloudWatch: characters of an alarm's description", 1024, ALARMS, descriptions, long_description),
    Check("CloudWatch: widgets of a dashboard", 500, QUOTAS, widgets, with_widgets(501, 1)),
    Check("CloudWatch: metrics of a widget", 500, QUOTAS, of_widgets, with_widgets(1, 501)),
    Check("CloudWatch: metrics of a dashboard", 2500, QUOTAS, of_dashboards, with_widgets(6, 450)),
    Check("CloudWatch: widgets that are not shown", 0, BODY, unreadable, unread),
]
