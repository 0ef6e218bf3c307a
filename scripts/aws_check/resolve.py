"""A translated template with everything in it resolved, under the longest names that a stack may have here."""

import re

# The longest name of a stack that the checks allow for, and the longest name of a region.
STACK = "a-stack-with-a-name-of-30-char"
REGION = "ap-southeast-1"
ACCOUNT = "000000000000"

PSEUDO = {
    "AWS::StackName": STACK,
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/00000000-0000-0000-0000-000000000000",
}

# The property that names a resource, if there is one; the most characters of a name, as the service's operation that
# creates it says; and the ARN.
KINDS = {
    "AWS::ApiGatewayV2::Api": ("", 10, "arn:aws:apigateway:{region}::/apis/{name}"),
    "AWS::CloudWatch::Alarm": ("AlarmName", 255, "arn:aws:cloudwatch:{region}:{account}:alarm:{name}"),
    "AWS::CloudWatch::Dashboard": ("DashboardName", 255, "arn:aws:cloudwatch::{account}:dashboard/{name}"),
    "AWS::CodeDeploy::Application": ("ApplicationName", 100, "arn:aws:codedeploy:{region}:{account}:application:{name}"),
    "AWS::CodeDeploy::DeploymentGroup": ("DeploymentGroupName", 100, None),
    "AWS::Cognito::UserPool": ("", 55, "arn:aws:cognito-idp:{region}:{account}:userpool/{name}"),
    "AWS::Cognito::UserPoolClient": ("", 26, None),
    "AWS::Cognito::UserPoolDomain": ("Domain", 63, None),
    "AWS::DynamoDB::Table": ("TableName", 255, "arn:aws:dynamodb:{region}:{account}:table/{name}"),
    "AWS::Events::EventBus": ("Name", 256, "arn:aws:events:{region}:{account}:event-bus/{name}"),
    "AWS::Events::Rule": ("Name", 64, "arn:aws:events:{region}:{account}:rule/{bus}/{name}"),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", 128, "arn:aws:iam::{account}:policy/{name}"),
    "AWS::IAM::Role": ("RoleName", 64, "arn:aws:iam::{account}:role/{name}"),
    "AWS::Lambda::Alias": ("Name", 128, "arn:aws:lambda:{region}:{account}:function:{function}:{name}"),
    "AWS::Lambda::EventSourceMapping": ("", 36, None),
    "AWS::Lambda::Function": ("FunctionName", 64, "arn:aws:lambda:{region}:{account}:function:{name}"),
    "AWS::Lambda::Version": ("", 64, "arn:aws:lambda:{region}:{account}:function:{function}:100000"),
    "AWS::Logs::LogGroup": ("LogGroupName", 512, "arn:aws:logs:{region}:{account}:log-group:{name}:*"),
    "AWS::S3::Bucket": ("BucketName", 63, "arn:aws:s3:::{name}"),
    "AWS::SQS::Queue": ("QueueName", 80, "arn:aws:sqs:{region}:{account}:{name}"),
    "AWS::Scheduler::Schedule": ("Name", 64, "arn:aws:scheduler:{region}:{account}:schedule/default/{name}"),
    "AWS::SecretsManager::Secret": ("Name", 512, "arn:aws:secretsmanager:{region}:{account}:secret:{name}-ABCDEF"),
    "AWS::StepFunctions::StateMachine": (
        "StateMachineName", 80, "arn:aws:states:{region}:{account}:stateMachine:{name}"),
}
OTHER = ("Name", 255, "arn:aws:service:{region}:{account}:resource/{name}")

# The types whose Ref is their ARN.
REFERRED_BY_ARN = {
    "AWS::IAM::ManagedPolicy",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Version",
    "AWS::SecretsManager::Secret",
    "AWS::StepFunctions::StateMachine",
}


class NoValue:
    """What AWS::NoValue stands for: the property is left out."""


class Resolver:
    """The values that intrinsic functions stand for."""

    def __init__(self, template, parameters):
        self.template = template
        self.parameters = parameters

    def resources(self):
        """The resources that exist, each with its type and resolved properties, by logical id."""
        found = {}
        for logical, resource in self.template["Resources"].items():
            if "Condition" not in resource or self.holds({"Condition": resource["Condition"]}):
                properties = self.value(resource.get("Properties", {}))
                found[logical] = {**resource, "Properties": properties}
        return found

    def value(self, value):
        """A value with all intrinsic functions in it resolved."""
        if isinstance(value, list):
            items = (self.value(item) for item in value)
            return [item for item in items if item is not NoValue]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(function, argument)] = value.items()
            if function == "Ref" or function.startswith("Fn::"):
                return self.function(function, argument)
        entries = ((key, self.value(inner)) for key, inner in value.items())
        return {key: inner for key, inner in entries if inner is not NoValue}

    def function(self, name, argument):
        match name:
            case "Ref":
                return self.reference(argument)
            case "Fn::GetAtt":
                logical, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
                return self.attribute(logical, attribute)
            case "Fn::Sub":
                pattern, own = (argument, {}) if isinstance(argument, str) else argument
                return self.substituted(pattern, self.value(own))
            case "Fn::If":
                condition, yes, no = argument
                return self.value(yes if self.holds({"Condition": condition}) else no)
            case "Fn::Join":
                separator, items = argument
                return separator.join(str(item) for item in self.value(items))
            case "Fn::Select":
                index, items = argument
                return self.value(items)[int(self.value(index))]
            case "Fn::Split":
                separator, text = argument
                return self.value(text).split(separator)
            case "Fn::FindInMap":
                mapping, first, second = (self.value(key) for key in argument)
                return self.template["Mappings"][mapping][first][second]
        raise ValueError(f"{name} is not known here: teach {__name__} what it stands for")

    def reference(self, name):
        if name == "AWS::NoValue":
            return NoValue
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self.parameters:
            declared = self.template["Parameters"][name]["Type"]
            return self.parameters[name].split(",") if declared == "CommaDelimitedList" else self.parameters[name]
        match self.template["Resources"][name]["Type"]:
            case "AWS::SQS::Queue":
                return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{self.name(name)}"
            case kind if kind in REFERRED_BY_ARN:
                return self.arn(name)
        return self.name(name)

    def attribute(self, logical, attribute):
        match attribute:
            case "Arn":
                return self.arn(logical)
            case "StreamArn":
                return f"{self.arn(logical)}/stream/2026-01-01T00:00:00.000"
            case "Version":
                return "1"
            case "ProviderURL":
                return f"https://cognito-idp.{REGION}.amazonaws.com/{self.name(logical)}"
            case "ApiEndpoint":
                return f"https://{self.name(logical)}.execute-api.{REGION}.amazonaws.com"
        return self.name(logical)

    def name(self, logical):
        """The name that the template gives, or one as CloudFormation makes it."""
        resource = self.template["Resources"][logical]
        key, most, _ = KINDS.get(resource["Type"], OTHER)
        given = resource.get("Properties", {}).get(key)
        if isinstance(given, (str, dict)):
            return self.value(given)
        return f"{STACK}-{logical}-{'X' * 12}"[:most]

    def arn(self, logical):
        resource = self.template["Resources"][logical]
        pattern = KINDS.get(resource["Type"], OTHER)[2]
        properties = resource.get("Properties", {})
        filled = {"region": REGION, "account": ACCOUNT, "name": self.name(logical)}
        for key, name in (("FunctionName", "function"), ("EventBusName", "bus")):
            filled[name] = self.value(properties.get(key, "default"))
        return pattern.format(**filled)

    def substituted(self, pattern, own):
        def value(match):
            name = match[1]
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            if name in own:
                return str(own[name])
            logical, _, attribute = name.partition(".")
            return str(self.attribute(logical, attribute) if attribute else self.reference(name))

        return re.sub(r"\$\{([^}]+)\}", value, pattern)

    def holds(self, condition):
        [(name, argument)] = condition.items()
        match name:
            case "Condition":
                return self.holds(self.template["Conditions"][argument])
            case "Fn::Equals":
                left, right = (self.value(side) for side in argument)
                return str(left) == str(right)
            case "Fn::Not":
                return not self.holds(argument[0])
            case "Fn::And":
                return all(self.holds(each) for each in argument)
            case "Fn::Or":
                return any(self.holds(each) for each in argument)
        raise ValueError(f"{name} is not known here: teach {__name__} what it stands for")
