"""DynamoDB, EventBridge and S3."""

from ..stack import Check, compact, wrong

TABLES = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html"
EVENTS = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"
QUEUES = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html"
LIFECYCLE = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleExpiration.html"
RULES = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html"

TABLE = "AWS::DynamoDB::Table"
RULE = "AWS::Events::Rule"
BUCKET = "AWS::S3::Bucket"
QUEUE = "AWS::SQS::Queue"


def indexes(stack):
    return [(len(table.get("GlobalSecondaryIndexes", [])), id) for id, table in stack.of_kind(TABLE)]


def many_indexes(stack):
    table = stack.first(TABLE, "GlobalSecondaryIndexes")
    table["GlobalSecondaryIndexes"] = table["GlobalSecondaryIndexes"][:1] * 21


def projected(stack):
    for id, table in stack.of_kind(TABLE):
        projections = (index["Projection"] for index in table.get("GlobalSecondaryIndexes", []))
        yield sum(len(projection.get("NonKeyAttributes", [])) for projection in projections), id


def project_much(stack):
    index = stack.first(TABLE, "GlobalSecondaryIndexes")["GlobalSecondaryIndexes"][0]
    index["Projection"] = {"ProjectionType": "INCLUDE", "NonKeyAttributes": [str(n) for n in range(101)]}


def patterns(stack):
    return [(len(compact(rule["EventPattern"])), id) for id, rule in stack.of_kind(RULE) if "EventPattern" in rule]


def long_pattern(stack):
    stack.first(RULE, "EventPattern")["EventPattern"]["detail-type"] = [f"Added{n}" for n in range(250)]


def targets(stack):
    return [(len(rule.get("Targets", [])), id) for id, rule in stack.of_kind(RULE)]


def many_targets(stack):
    rule = stack.first(RULE, "Targets")
    rule["Targets"] = rule["Targets"][:1] * 6


def rules(stack):
    count = {}
    for _, rule in stack.of_kind(RULE):
        bus = rule.get("EventBusName", "default")
        count[bus] = count.get(bus, 0) + 1
    return [(number, bus) for bus, number in count.items()]


def many_rules(stack):
    rule = stack.first(RULE)
    for _ in range(300):
        stack.add(RULE, **rule)


def forgetful(stack):
    """A message does not become younger by its move to the dead letters."""
    queues = {stack.arn(id): queue for id, queue in stack.of_kind(QUEUE)}
    kept = {arn: int(queue.get("MessageRetentionPeriod", 345_600)) for arn, queue in queues.items()}
    return wrong(
        arn
        for arn, queue in queues.items()
        if "RedrivePolicy" in queue and kept[queue["RedrivePolicy"]["deadLetterTargetArn"]] <= kept[arn]
    )


def forget(stack):
    for _, queue in stack.of_kind(QUEUE):
        queue["MessageRetentionPeriod"] = 60


def lifecycle(bucket):
    return bucket.get("LifecycleConfiguration", {}).get("Rules", [])


def lifecycle_rules(stack):
    return [(len(lifecycle(bucket)), id) for id, bucket in stack.of_kind(BUCKET)]


def many_lifecycle_rules(stack):
    stack.add(BUCKET, LifecycleConfiguration={"Rules": [{}] * 1001})


def mixed_rules(stack):
    """The expiry of delete markers goes with neither an age nor a date."""
    return wrong(
        f"{id}: {rule.get('Id')}"
        for id, bucket in stack.of_kind(BUCKET)
        for rule in lifecycle(bucket)
        if rule.get("ExpiredObjectDeleteMarker") and {"ExpirationInDays", "ExpirationDate"} & rule.keys()
    )


def mix_rules(stack):
    stack.add(BUCKET, LifecycleConfiguration={"Rules": [{"ExpirationInDays": 1, "ExpiredObjectDeleteMarker": True}]})


CHECKS = [
    Check("DynamoDB: indexes of a table", 20, TABLES, indexes, many_indexes),
    Check("DynamoDB: attributes that indexes name", 100, TABLES, projected, project_much),
    Check("EventBridge: characters of a pattern", 2048, EVENTS, patterns, long_pattern),
    Check("EventBridge: targets of a rule", 5, EVENTS, targets, many_targets),
    Check("EventBridge: rules of a bus", 300, EVENTS, rules, many_rules),
    Check("SQS: queues whose dead letters are gone before", 0, QUEUES, forgetful, forget),
    Check("S3: lifecycle rules of a bucket", 1000, RULES, lifecycle_rules, many_lifecycle_rules),
    Check("S3: lifecycle rules that are refused", 0, LIFECYCLE, mixed_rules, mix_rules),
]
