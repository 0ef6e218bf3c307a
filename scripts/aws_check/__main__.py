"""Checks template.yaml against the limits of AWS, as SAM translates it for each configuration of samconfig.toml.

One line for each check: the greatest use of all configurations, the limit, and where that is. Then each check is given
a stack that breaks it, and fails if it does not see that.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from . import schemas
from .limits import CHECKS
from .stack import Stack
from .translate import configurations, packaged, parsed, source


def checked(text, template, configuration):
    """The use of each limit in a configuration, and what is wrong with it beside the limits."""
    title, given, against_schemas, with_faults = configuration
    stack = Stack.of(text, template, title, given)
    uses = [check.worst(stack) for check in CHECKS]
    wrong = [f"{path}: {reason}" for path, reason in schemas.errors(stack)] if against_schemas else []
    if with_faults:
        blind = [check.what for check in CHECKS if not seen(check, stack)] + schemas.missed(stack)
        wrong += [f"{what}: the check does not find its fault" for what in blind]
    return title, uses, wrong


def seen(check, stack):
    """Whether a check finds its fault."""
    broken = stack.copy()
    check.fault(broken)
    return check.worst(broken)[0] > check.limit


def work(configurations):
    """The variations of an environment look the same to the schemas, and all stacks look the same to the faults."""
    environments = set()
    for title, given in configurations:
        environment = title.split()[0]
        yield title, given, environment not in environments, not environments
        environments.add(environment)


def main():
    text = source()
    template = parsed(text)
    # The longest pieces of work first.
    every = sorted(work(configurations(template["Parameters"])), key=lambda each: each[2:], reverse=True)
    with ProcessPoolExecutor() as processes:
        results = list(processes.map(partial(checked, text, packaged(template)), every))
    bad = 0
    for number, check in enumerate(CHECKS):
        (use, place), title = max(((uses[number], title) for title, uses, _ in results), key=lambda each: each[0][0])
        where = f"  {place}" if use else ""
        if use <= check.limit:
            print(f"ok  {check.what}: {use}/{check.limit}{where}")
        else:
            bad += 1
            print(f"BAD {check.what}: {use}/{check.limit}{where} ({title})\n    {check.source}")
    for title, _, wrong in results:
        bad += len(wrong)
        for what in wrong:
            print(f"BAD {what} ({title})")
    print(f"{len(every)} configurations, {len(CHECKS)} limits, {bad} faults")
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main())
