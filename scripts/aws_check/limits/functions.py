"""Lambda, Step Functions and deployments."""

import json

from ..stack import Check, compact, each, wrong

LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"
RESERVED = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html"
QUEUES = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"
SCALING = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html"
MAPPING = "https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html"
DESCRIBED = "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html"
STREAMS = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html"
STATES = "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"
DEPLOYMENTS = "https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html"
GATEWAY = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html"

FUNCTION = "AWS::Lambda::Function"
MAPPINGS = "AWS::Lambda::EventSourceMapping"
PERMISSION = "AWS::Lambda::Permission"


def environments(stack):
    """Lambda measures the variables as JSON."""
    for id, function in stack.of_kind(FUNCTION):
        yield len(compact(function.get("Environment", {}).get("Variables", {})).encode()), id


def large_environment(stack):
    stack.first(FUNCTION, "Environment")["Environment"]["Variables"]["ADDED"] = "x" * 4096


def policies(stack):
    """A permission is a statement of its function's policy, or of its alias's."""
    sizes = {}
    for id, permission in stack.of_kind(PERMISSION):
        function = permission["FunctionName"]
        conditions = {
            operator: {key: permission[name]}
            for name, operator, key in (
                ("SourceArn", "ArnLike", "AWS:SourceArn"),
                ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
            )
            if name in permission
        }
        statement = {
            "Sid": f"{'x' * 30}-{id}-{'x' * 12}",
            "Effect": "Allow",
            "Principal": {"Service": permission["Principal"]},
            "Action": permission["Action"],
            "Resource": function if function.startswith("arn:") else f"{'x' * 56}{function}",
            "Condition": conditions,
        }
        envelope = len('{"Version":"2012-10-17","Id":"default","Statement":[]}')
        sizes[function] = sizes.get(function, envelope) + len(compact(statement)) + 1
    return [(size, function) for function, size in sizes.items()]


def many_permissions(stack):
    permission = stack.first(PERMISSION)
    for _ in range(100):
        stack.add(PERMISSION, **permission)


def reserved(stack):
    """Of two small stacks in one account both are meant to fit."""
    stacks = 2 if stack.parameters.get("ConcurrencyBudget") == "small" else 1
    total = sum(int(function.get("ReservedConcurrentExecutions", 0)) for _, function in stack.of_kind(FUNCTION))
    yield stacks * total, f"{stacks} of {total}"


def greedy(stack):
    stack.first(FUNCTION)["ReservedConcurrentExecutions"] = 901


def described(stack):
    kinds = (FUNCTION, "AWS::Lambda::Version", "AWS::Lambda::Alias")
    return [(len(each.get("Description", "")), id) for kind in kinds for id, each in stack.of_kind(kind)]


def long_version(stack):
    stack.first("AWS::Lambda::Version")["Description"] = "x" * 257


def by_name(stack):
    return {stack.name(id): function for id, function in stack.of_kind(FUNCTION)}


def of_queues(stack):
    return [(id, mapping) for id, mapping in stack.of_kind(MAPPINGS) if ":sqs:" in mapping["EventSourceArn"]]


def of_streams(stack):
    return [(id, mapping) for id, mapping in stack.of_kind(MAPPINGS) if "/stream/" in mapping["EventSourceArn"]]


def starved(stack):
    """A queue that starts more at once than its function may: messages are received in vain, up to their last time."""
    functions = by_name(stack)

    def places():
        for id, mapping in of_queues(stack):
            most = mapping.get("ScalingConfig", {}).get("MaximumConcurrency")
            reserve = functions[mapping["FunctionName"]].get("ReservedConcurrentExecutions")
            if reserve is not None and (most is None or int(most) > int(reserve)):
                yield id

    return wrong(places())


def starve(stack):
    _, mapping = of_queues(stack)[0]
    by_name(stack)[mapping["FunctionName"]]["ReservedConcurrentExecutions"] = 1


def impatient(stack):
    """A queue whose messages are seen again while Lambda still tries."""
    functions = by_name(stack)
    queues = {stack.arn(id): queue for id, queue in stack.of_kind("AWS::SQS::Queue")}
    mappings = of_queues(stack)
    return wrong(
        id
        for id, mapping in mappings
        if int(queues[mapping["EventSourceArn"]].get("VisibilityTimeout", 30))
        < 6 * int(functions[mapping["FunctionName"]].get("Timeout", 3))
        + int(mapping.get("MaximumBatchingWindowInSeconds", 0))
    )


def hasten(stack):
    _, mapping = of_queues(stack)[0]
    queues = {stack.arn(id): queue for id, queue in stack.of_kind("AWS::SQS::Queue")}
    queues[mapping["EventSourceArn"]]["VisibilityTimeout"] = 30


# What a mapping may say: of a stream, of a queue, or of both.
BOUNDS = {
    "BatchSize": lambda n: 1 <= n <= 10_000,
    "MaximumBatchingWindowInSeconds": lambda n: 0 <= n <= 300,
    "ParallelizationFactor": lambda n: 1 <= n <= 10,
    "MaximumRetryAttempts": lambda n: -1 <= n <= 10_000,
    "MaximumRecordAgeInSeconds": lambda n: n == -1 or 60 <= n <= 604_800,
}
OF_STREAMS = (
    "BisectBatchOnFunctionError", "MaximumRecordAgeInSeconds", "MaximumRetryAttempts", "ParallelizationFactor",
    "StartingPosition",
)


def out_of_bounds(stack):
    def places():
        for id, mapping in stack.of_kind(MAPPINGS):
            for name, allowed in BOUNDS.items():
                if name in mapping and not allowed(int(mapping[name])):
                    yield f"{id}.{name}"
        for id, mapping in of_queues(stack):
            yield from (f"{id}.{name}" for name in OF_STREAMS if name in mapping)
            most = mapping.get("ScalingConfig", {}).get("MaximumConcurrency", 2)
            if not 2 <= int(most) <= 1000:
                yield f"{id}.ScalingConfig"
            if int(mapping.get("BatchSize", 10)) > 10 and not mapping.get("MaximumBatchingWindowInSeconds"):
                yield f"{id}.BatchSize without a window"
        for id, mapping in of_streams(stack):
            if mapping.get("StartingPosition") not in ("TRIM_HORIZON", "LATEST"):
                yield f"{id}.StartingPosition"

    return wrong(places())


def out_of_age(stack):
    of_streams(stack)[0][1]["MaximumRecordAgeInSeconds"] = 30


def readers(stack):
    count = {}
    for _, mapping in of_streams(stack):
        count[mapping["EventSourceArn"]] = count.get(mapping["EventSourceArn"], 0) + 1
    return [(number, stream) for stream, number in count.items()]


def third_reader(stack):
    mapping = of_streams(stack)[0][1]
    for _ in range(2):
        stack.add(MAPPINGS, **mapping)


def slow_answers(stack):
    """Functions, and aliases of functions, that the gateway may call: it does not wait for more."""
    called = {
        permission["FunctionName"].partition(":function:")[2].split(":")[0] or permission["FunctionName"]
        for _, permission in stack.of_kind(PERMISSION)
        if permission["Principal"].startswith("apigateway")
    }
    return [(int(function.get("Timeout", 3)), name) for name, function in by_name(stack).items() if name in called]


def slow_answer(stack):
    for _, function in stack.of_kind(FUNCTION):
        function["Timeout"] = 31


def definitions(stack):
    for id, machine in stack.of_kind("AWS::StepFunctions::StateMachine"):
        yield len(compact(machine.get("DefinitionString") or machine.get("Definition")).encode()), id


def large_definition(stack):
    stack.first("AWS::StepFunctions::StateMachine")["DefinitionString"] = json.dumps("x" * 1_048_576)


def stopping_alarms(stack):
    for id, group in stack.of_kind("AWS::CodeDeploy::DeploymentGroup"):
        yield len(each(group.get("AlarmConfiguration", {}).get("Alarms", []))), id


def many_stopping_alarms(stack):
    alarms = [{"Name": str(n)} for n in range(51)]
    stack.first("AWS::CodeDeploy::DeploymentGroup")["AlarmConfiguration"] = {"Enabled": True, "Alarms": alarms}


CHECKS = [
    Check("Lambda: bytes of a function's environment", 4096, LAMBDA, environments, large_environment),
    Check("Lambda: bytes of a function's policy", 20_480, LAMBDA, policies, many_permissions),
    Check("Lambda: executions reserved of a thousand", 900, RESERVED, reserved, greedy),
    Check("Lambda: characters of a description", 256, DESCRIBED, described, long_version),
    Check("Lambda: queues that may start more than is reserved", 0, SCALING, starved, starve),
    Check("Lambda: queues with less than six time-outs", 0, QUEUES, impatient, hasten),
    Check("Lambda: settings of mappings out of bounds", 0, MAPPING, out_of_bounds, out_of_age),
    Check("Lambda: readers of a stream", 2, STREAMS, readers, third_reader),
    Check("API Gateway: seconds until a function answers", 30, GATEWAY, slow_answers, slow_answer),
    Check("Step Functions: bytes of a definition", 1_048_576, STATES, definitions, large_definition),
    Check("CodeDeploy: alarms of a deployment group", 50, DEPLOYMENTS, stopping_alarms, many_stopping_alarms),
]
