"""The template as CloudFormation gets it: translated by SAM, for a configuration of samconfig.toml."""

import copy
import itertools
import logging
import tomllib
from pathlib import Path

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]

# What only the owner of a stack knows, as long as it may well get.
OF_THE_OWNER = {
    "JwtIssuer": "https://cognito-idp.ap-southeast-1.amazonaws.com/ap-southeast-1_0123456789",
    "JwtAudience": "0123456789abcdefghijklmnop",
    "PaymentProviderUrl": "https://payments.example.com/a/path/that/is/rather/long/for/an/address",
    "PaymentProviderKeyArn": "arn:aws:secretsmanager:ap-southeast-1:000000000000:secret:" + "k" * 64,
    "PaymentWebhookSecretArn": "arn:aws:secretsmanager:ap-southeast-1:000000000000:secret:" + "s" * 64,
    "Maintainer": "arn:aws:iam::000000000000:role/" + "m" * 64,
    "AlarmTopic": "arn:aws:sns:ap-southeast-1:000000000000:" + "t" * 64,
}

# Each configuration is checked with each of the first beside each of the second.
ROLLOUTS = ({"Rollout": "AllAtOnce"}, {"Rollout": "Canary10Percent5Minutes"})
BUDGETS = (
    {"ReservedConcurrency": "off"},
    {"ReservedConcurrency": "on", "ConcurrencyBudget": "standard"},
    {"ReservedConcurrency": "on", "ConcurrencyBudget": "small"},
)
# With an issuer of its owner, and with a user pool of its own.
ISSUERS = ({}, {"JwtIssuer": "", "JwtAudience": ""})


class NoManagedPolicies:
    """SAM asks IAM for the ARNs of managed policies that a template names without one."""

    @staticmethod
    def load():
        return {}


def source():
    """The text of the template."""
    return (ROOT / "template.yaml").read_text()


def configurations(declared):
    """The parameters of each configuration and variation: its title, and the values given over the defaults."""
    samconfig = tomllib.loads((ROOT / "samconfig.toml").read_text())
    known = {name: value for name, value in OF_THE_OWNER.items() if name in declared}
    for environment, sections in samconfig.items():
        if not isinstance(sections, dict):
            continue
        overrides = sections["global"]["parameters"]["parameter_overrides"]
        given = dict(pair.split("=", 1) for pair in overrides.split())
        for rollout, budget, issuer in itertools.product(ROLLOUTS, BUDGETS, ISSUERS):
            varied = rollout | budget | issuer
            title = " ".join((environment, *rollout.values(), *budget.values(), *(["users"] if issuer else [])))
            yield title, known | given | varied


def values(declared, given):
    """The value of each parameter."""
    unknown = given.keys() - declared.keys()
    if unknown:
        raise ValueError(f"the template declares no parameter {', '.join(sorted(unknown))}")
    every = {name: given.get(name, declaration.get("Default")) for name, declaration in declared.items()}
    missing = sorted(name for name, value in every.items() if value is None)
    if missing:
        raise ValueError(f"{', '.join(missing)}: no default; give a value in OF_THE_OWNER of {Path(__file__).name}")
    return {name: str(value) for name, value in every.items()}


def packaged(template):
    """The template as `sam deploy` uploads it: the code of a function is an object in a bucket."""
    template = copy.deepcopy(template)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://aws-sam-cli-managed-default-samclisourcebucket/" + "0" * 32
    return template


def parsed(text):
    """The template as it is written."""
    return yaml_parse(text)


def translated(template, parameters):
    """What SAM makes of a packaged template."""
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    return transform(copy.deepcopy(template), dict(parameters), NoManagedPolicies())
