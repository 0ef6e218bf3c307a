"""CloudFormation's limits of a template."""

from ..resolve import KINDS, STACK
from ..stack import Check, compact

QUOTAS = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"

SECTIONS = ("Parameters", "Mappings", "Conditions", "Resources", "Outputs")


def count(section):
    return lambda stack: [(len(stack.template.get(section, {})), section)]


def fill(section, number):
    def fault(stack):
        stack.template.setdefault(section, {}).update({f"Added{n}": {} for n in range(number)})

    return fault


def mapping_attributes(stack):
    for name, mapping in stack.template.get("Mappings", {}).items():
        yield len(mapping), name
        yield from ((len(second), f"{name}.{first}") for first, second in mapping.items())


def too_many_attributes(stack):
    stack.template["Mappings"]["Added"] = {str(n): {} for n in range(201)}


def bodies(stack):
    yield len(stack.text.encode()), "template.yaml"
    yield len(compact(stack.template).encode()), "what SAM makes of it"


def too_large(stack):
    stack.template["Metadata"] = "x" * 1_000_000


def logical_ids(stack):
    return [(len(id), id) for section in SECTIONS for id in stack.template.get(section, {})]


def long_id(stack):
    stack.template["Outputs"]["x" * 256] = {}


def parameter_values(stack):
    return [(len(value.encode()), name) for name, value in stack.parameters.items()]


def long_value(stack):
    stack.parameters["AllowedOrigin"] = "x" * 4097


def description(stack):
    return [(len(stack.template.get("Description", "").encode()), "Description")]


def long_description(stack):
    stack.template["Description"] = "x" * 1025


def long_names(stack):
    """Names that the template gives and the service does not take."""
    for id, resource in stack.resources.items():
        key, most, _ = KINDS.get(resource["Type"], (None, 0, None))
        name = resource["Properties"].get(key)
        if name is not None and len(name) > most:
            yield len(name) - most, id


def long_name(stack):
    stack.first("AWS::Scheduler::Schedule")["Name"] = f"{STACK}-" + "x" * 40


def dangling(stack):
    """What names a resource that does not exist in this configuration."""
    existing = stack.resources.keys()
    for id in stack.resources:
        resource = stack.template["Resources"].get(id, {})
        gone = {name for name in references(resource) if name in stack.template["Resources"]} - existing
        if gone:
            yield len(gone), f"{id}: {', '.join(sorted(gone))}"


def references(value):
    """The logical ids in a value, but not those that a condition chooses."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key == "Ref" and isinstance(inner, str):
                yield inner
            elif key == "Fn::GetAtt":
                yield inner.split(".")[0] if isinstance(inner, str) else inner[0]
            elif key != "Fn::If":
                yield from references(inner)


def gone(stack):
    del stack.resources["EventLog"]


CHECKS = [
    Check("CloudFormation: resources", 500, QUOTAS, count("Resources"), fill("Resources", 500)),
    Check("CloudFormation: parameters", 200, QUOTAS, count("Parameters"), fill("Parameters", 200)),
    Check("CloudFormation: outputs", 200, QUOTAS, count("Outputs"), fill("Outputs", 200)),
    Check("CloudFormation: mappings", 200, QUOTAS, count("Mappings"), fill("Mappings", 200)),
    Check("CloudFormation: attributes of a mapping", 200, QUOTAS, mapping_attributes, too_many_attributes),
    # 51,200 bytes is the limit of a template that is sent. `sam deploy` puts it into a bucket.
    Check("CloudFormation: bytes of the template, from a bucket", 1_000_000, QUOTAS, bodies, too_large),
    Check("CloudFormation: bytes of the description", 1024, QUOTAS, description, long_description),
    Check("CloudFormation: characters of a logical id", 255, QUOTAS, logical_ids, long_id),
    Check("CloudFormation: bytes of a parameter's value", 4096, QUOTAS, parameter_values, long_value),
    Check("names with a stack's name of 30: characters too many", 0, f"{QUOTAS} and the services' Create operations",
          long_names, long_name),
    Check("references to what a configuration leaves out", 0, QUOTAS, dangling, gone),
]
