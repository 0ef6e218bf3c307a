"""IAM, and the policies of queues, tables, buckets and buses."""

import re

from ..stack import Check, compact, each

IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
QUEUE = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html"
TABLE = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-considerations.html"
BUCKET = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html"
BUS = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"

ROLE = "AWS::IAM::Role"
QUEUE_POLICY = "AWS::SQS::QueuePolicy"


def characters(policy):
    """IAM does not count white space."""
    return len(re.sub(r"\s", "", compact(policy)))


def inline(stack):
    sizes = {stack.name(id): sum(characters(policy["PolicyDocument"]) for policy in role.get("Policies", []))
             for id, role in stack.of_kind(ROLE)}
    for kind in ("AWS::IAM::Policy", "AWS::IAM::RolePolicy"):
        for _, policy in stack.of_kind(kind):
            for role in each(policy.get("Roles", policy.get("RoleName"))):
                sizes[role] = sizes.get(role, 0) + characters(policy["PolicyDocument"])
    return [(size, role) for role, size in sizes.items()]


def much_inline(stack):
    stack.first(ROLE, "Policies")["Policies"].append({"PolicyName": "added", "PolicyDocument": "x" * 10_240})


def attached(stack):
    return [(len(role.get("ManagedPolicyArns", [])), id) for id, role in stack.of_kind(ROLE)]


def much_attached(stack):
    stack.first(ROLE)["ManagedPolicyArns"] = [str(n) for n in range(11)]


def trusts(stack):
    return [(characters(role["AssumeRolePolicyDocument"]), id) for id, role in stack.of_kind(ROLE)]


def much_trust(stack):
    stack.first(ROLE)["AssumeRolePolicyDocument"] = "x" * 2049


def managed(stack):
    return [(characters(policy["PolicyDocument"]), id) for id, policy in stack.of_kind("AWS::IAM::ManagedPolicy")]


def much_managed(stack):
    stack.add("AWS::IAM::ManagedPolicy", PolicyDocument="x" * 6145)


def of_kind(kind, use):
    def uses(stack):
        for id, policy in stack.of_kind(kind):
            yield use(policy["PolicyDocument"]), id

    return uses


def statements(policy):
    return each(policy["Statement"])


def of_statements(count):
    return lambda policy: sum(count(statement) for statement in statements(policy))


def principals(statement):
    principal = statement.get("Principal", [])
    named = principal.values() if isinstance(principal, dict) else [principal]
    return sum(len(each(names)) for names in named)


def conditions(statement):
    return sum(len(keys) for keys in statement.get("Condition", {}).values())


def actions(policy):
    return max(len(each(statement.get("Action", []))) for statement in statements(policy))


def repeated(**changes):
    """Puts a statement of a queue's policy there often, changed."""

    def fault(stack):
        policy = stack.first(QUEUE_POLICY)["PolicyDocument"]
        policy["Statement"] = [{**statements(policy)[0], **changes}] * 21

    return fault


def tables(stack):
    for id, table in stack.of_kind("AWS::DynamoDB::Table"):
        for name in ("ResourcePolicy", "StreamSpecification"):
            policy = table.get(name, {})
            policy = policy if name == "ResourcePolicy" else policy.get("ResourcePolicy", {})
            yield len(compact(policy.get("PolicyDocument", "")).encode()), f"{id}.{name}"


def large_table_policy(stack):
    stack.first("AWS::DynamoDB::Table")["ResourcePolicy"] = {"PolicyDocument": "x" * 20_481}


def buckets(stack):
    return [(len(compact(each["PolicyDocument"]).encode()), id) for id, each in stack.of_kind("AWS::S3::BucketPolicy")]


def large_bucket_policy(stack):
    stack.add("AWS::S3::BucketPolicy", PolicyDocument="x" * 20_481)


def buses(stack):
    """Each statement is a resource, and all of a bus are one policy."""
    sizes = {}
    for _, policy in stack.of_kind("AWS::Events::EventBusPolicy"):
        bus = policy.get("EventBusName", "default")
        sizes[bus] = sizes.get(bus, 0) + len(compact(policy.get("Statement", policy)))
    sizes |= {id: len(compact(bus["Policy"])) for id, bus in stack.of_kind("AWS::Events::EventBus") if "Policy" in bus}
    return [(size, bus) for bus, size in sizes.items()]


def large_bus_policy(stack):
    stack.add("AWS::Events::EventBusPolicy", EventBusName="added", Statement="x" * 10_241)


CHECKS = [
    Check("IAM: characters of a role's own policies", 10_240, IAM, inline, much_inline),
    Check("IAM: managed policies of a role", 10, IAM, attached, much_attached),
    Check("IAM: characters of a trust policy", 2048, IAM, trusts, much_trust),
    Check("IAM: characters of a managed policy", 6144, IAM, managed, much_managed),
    Check("SQS: bytes of a queue's policy", 8192, QUEUE, of_kind(QUEUE_POLICY, lambda policy: len(compact(policy))),
          repeated(Sid="x" * 400)),
    Check("SQS: statements of a policy", 20, QUEUE, of_kind(QUEUE_POLICY, lambda policy: len(statements(policy))),
          repeated()),
    Check("SQS: principals of a policy", 50, QUEUE, of_kind(QUEUE_POLICY, of_statements(principals)),
          repeated(Principal={"AWS": ["1", "2", "3"]})),
    Check("SQS: conditions of a policy", 10, QUEUE, of_kind(QUEUE_POLICY, of_statements(conditions)),
          repeated(Condition={"Bool": {"aws:SecureTransport": "false"}})),
    Check("SQS: actions of a statement", 7, QUEUE, of_kind(QUEUE_POLICY, actions),
          repeated(Action=[f"sqs:Added{n}" for n in range(8)])),
    Check("DynamoDB: bytes of a resource policy", 20_480, TABLE, tables, large_table_policy),
    Check("S3: bytes of a bucket's policy", 20_480, BUCKET, buckets, large_bucket_policy),
    Check("EventBridge: characters of a bus's policy", 10_240, BUS, buses, large_bus_policy),
]
