"""Amazon Data Lifecycle Manager, which moto does not have: it keeps policies that AWS's own model allows, and does nothing by them."""

import itertools

import botocore.session
from botocore.exceptions import ParamValidationError
from botocore.validate import ParamValidator

from rules import Refusal

model = botocore.session.get_session().get_service_model("dlm")
policies: dict[str, dict] = {}
numbers = itertools.count(1)


def call(operation: str, parameters: dict) -> dict:
    report = ParamValidator().validate(parameters, model.operation_model(operation).input_shape)
    if report.has_errors():
        raise ParamValidationError(report=report.generate_report())
    return OPERATIONS[operation](**parameters)


def create(**policy) -> dict:
    policy_id = f"policy-{next(numbers):017x}"
    policies[policy_id] = policy
    return {"PolicyId": policy_id}


def get(PolicyId: str) -> dict:
    return {"Policy": find(PolicyId)}


def get_all() -> dict:
    return {"Policies": [{"PolicyId": policy_id} for policy_id in policies]}


def update(PolicyId: str, **policy) -> dict:
    find(PolicyId).update(policy)
    return {}


def delete(PolicyId: str) -> dict:
    find(PolicyId)
    del policies[PolicyId]
    return {}


def find(policy_id: str) -> dict:
    if policy_id not in policies:
        raise Refusal("ResourceNotFoundException", f"Policy {policy_id} was not found")
    return policies[policy_id]


OPERATIONS = {
    "CreateLifecyclePolicy": create,
    "GetLifecyclePolicy": get,
    "GetLifecyclePolicies": get_all,
    "UpdateLifecyclePolicy": update,
    "DeleteLifecyclePolicy": delete,
}
