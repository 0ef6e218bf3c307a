"""What a check looks at: one configuration of the stack, translated and resolved."""

import copy
import json
from dataclasses import dataclass

from .resolve import Resolver
from .translate import translated, values


@dataclass
class Stack:
    """A configuration of the stack."""

    title: str
    # The text of template.yaml, and what SAM makes of it.
    text: str
    template: dict
    parameters: dict
    # The resources that exist, by logical id, with nothing left to resolve.
    resources: dict

    @classmethod
    def of(cls, text, template, title, given):
        parameters = values(template["Parameters"], given)
        cloudformation = translated(template, parameters)
        resources = Resolver(cloudformation, parameters).resources()
        return cls(title, text, cloudformation, parameters, resources)

    def of_kind(self, kind):
        """The resources of a type: logical id and properties of each."""
        return [(id, each["Properties"]) for id, each in self.resources.items() if each["Type"] == kind]

    def first(self, kind, having=None):
        """The properties of the first resource of a type that has a property."""
        found = (properties for _, properties in self.of_kind(kind) if having is None or having in properties)
        return next(found)

    def name(self, id):
        """The name of a resource."""
        return Resolver(self.template, self.parameters).name(id)

    def arn(self, id):
        """The ARN of a resource."""
        return Resolver(self.template, self.parameters).arn(id)

    def copy(self):
        return copy.deepcopy(self)

    def add(self, kind, **properties):
        """Adds a resource, for a fault."""
        self.resources[f"Added{len(self.resources)}"] = {"Type": kind, "Properties": properties}


@dataclass(frozen=True)
class Check:
    """What AWS allows at most of something."""

    # What is counted.
    what: str
    limit: int
    source: str
    # The uses of a stack: how much, and where.
    uses: object
    # Breaks a copy of a stack so that the limit is passed.
    fault: object

    def worst(self, stack):
        """The greatest use, and where it is."""
        return max(self.uses(stack), key=lambda use: use[0], default=(0, "nothing"))


def compact(document):
    """A document as it is sent."""
    return document if isinstance(document, str) else json.dumps(document, separators=(",", ":"))


def each(value):
    """The items of a list, or the one value in place of a list of one."""
    return value if isinstance(value, list) else [value]


def wrong(places):
    """The use of a rule that allows no exception: how many there are, and which."""
    places = list(places)
    return [(len(places), ", ".join(places))] if places else []
