"""The limits of CloudFormation and of each service that the stack uses, with a file for each group of them."""

from . import cloudformation, data, functions, gateway, rights, watching

CHECKS = [
    check
    for module in (cloudformation, functions, rights, gateway, data, watching)
    for check in module.CHECKS
]
