"""The resolved resources against the schemas of CloudFormation's registry, which cfn-lint has: lengths, patterns,
ranges, and values that exist. cfn-lint alone sees none of this in a value that is put together at the deployment."""

import json

from cfnlint.api import lint
from cfnlint.config import ManualArgs

# Any region will do: the template has none of its own.
CONFIG = ManualArgs(regions=["eu-central-1"])

# One value of each kind that a schema forbids.
FAULTS = {
    ("AWS::Lambda::Function", "Description"): "x" * 257,
    ("AWS::Scheduler::Schedule", "Name"): "x" * 65,
    ("AWS::Events::EventBus", "Name"): "not a name",
    ("AWS::SQS::Queue", "MessageRetentionPeriod"): 1_209_601,
    ("AWS::Logs::LogGroup", "RetentionInDays"): 8,
    ("AWS::DynamoDB::Table", "BillingMode"): "FREE",
    ("AWS::Lambda::EventSourceMapping", "ParallelizationFactor"): 11,
    ("AWS::CloudWatch::Alarm", "AlarmDescription"): "x" * 1025,
}


def errors(stack):
    """What the schemas say against the resources: path and reason."""
    resolved = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": stack.resources}
    matches = lint(json.dumps(resolved), None, CONFIG.get("regions"), CONFIG)
    return [(".".join(map(str, match.path or [])), match.message) for match in matches if match.rule.severity == "error"]


def missed(stack):
    """The faults that the schemas do not find."""
    broken = stack.copy()
    expected = {}
    for (kind, name), value in FAULTS.items():
        id, properties = broken.of_kind(kind)[0]
        properties[name] = value
        expected[f"Resources.{id}.Properties.{name}"] = f"{kind}.{name}"
    found = {path for path, _ in errors(broken)}
    return [title for path, title in expected.items() if path not in found]
