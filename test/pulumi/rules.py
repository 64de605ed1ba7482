"""What AWS does and moto does not: rules of our own, after AWS's documentation. The tables at the end list them."""

import base64
import itertools

from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID


# Places in a subnet, beyond those that the program chooses.
unchosen = itertools.count(128)


class Refusal(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def gateway_keeps_its_address(ec2, AllocationId, **_):
    for gateway in ec2.describe_nat_gateways()["NatGateways"]:
        if gateway["State"] == "deleted":
            continue
        if any(address.get("AllocationId") == AllocationId for address in gateway["NatGatewayAddresses"]):
            raise Refusal("Resource.AlreadyAssociated", f"{AllocationId} is held by {gateway['NatGatewayId']}")


def gateway_takes_a_free_address(ec2, AllocationId, **_):
    gateway_keeps_its_address(ec2, AllocationId)
    if address_of(ec2, AllocationId).get("InstanceId"):
        raise Refusal("Resource.AlreadyAssociated", f"{AllocationId} is associated with an instance")


def associated_address_is_not_released(ec2, AllocationId, **_):
    gateway_keeps_its_address(ec2, AllocationId)
    if address_of(ec2, AllocationId).get("InstanceId"):
        raise Refusal("InvalidIPAddress.InUse", f"{AllocationId} is associated with an instance")


def image_has_the_types_architecture(ec2, ImageId, InstanceType, **_):
    [image] = ec2.describe_images(ImageIds=[ImageId])["Images"]
    compare_architectures(ec2, InstanceType, image["Architecture"])


def instance_keeps_its_architecture(ec2, InstanceId, InstanceType=None, **_):
    if InstanceType is not None:
        instance = instance_of(ec2, InstanceId)
        compare_architectures(ec2, InstanceType["Value"], instance["Architecture"])


def running_instance_keeps_its_type(ec2, InstanceId, InstanceType=None, **_):
    if InstanceType is not None and instance_of(ec2, InstanceId)["State"]["Name"] != "stopped":
        raise Refusal("IncorrectInstanceState", f"{InstanceId} is not in the state 'stopped'")


def user_data_has_16_kib(_ec2, UserData="", **_):
    size = len(base64.b64decode(UserData))
    if size > 16384:
        raise Refusal("InvalidParameterValue", f"User data is limited to 16384 bytes, and has {size}")


def private_address_is_free(ec2, NetworkInterfaces, **_):
    for address in (interface.get("PrivateIpAddress") for interface in NetworkInterfaces):
        if address is not None and instances_at(ec2, address) != []:
            raise Refusal("InvalidIPAddress.InUse", f"Address {address} is in use")


def volume_does_not_shrink(ec2, VolumeId, Size, **_):
    [volume] = ec2.describe_volumes(VolumeIds=[VolumeId])["Volumes"]
    if Size < volume["Size"]:
        raise Refusal("InvalidParameterValue", "New size cannot be smaller than existing size")


def address_that_nobody_chose_is_any(NetworkInterfaces, **_):
    # moto hands them out in order, and a freed one first: also one that its host's successor is about to ask for.
    backend = get_backend("ec2")[DEFAULT_ACCOUNT_ID]["us-east-1"]
    for interface in NetworkInterfaces:
        subnet = backend.get_subnet(interface["SubnetId"])
        interface.setdefault("PrivateIpAddress", str(subnet.cidr[next(unchosen)]))


def compare_architectures(ec2, instance_type: str, architecture: str) -> None:
    [found] = ec2.describe_instance_types(InstanceTypes=[instance_type])["InstanceTypes"]
    supported = found["ProcessorInfo"]["SupportedArchitectures"]
    if architecture not in supported:
        raise Refusal(
            "InvalidParameterValue",
            f"The architecture '{'/'.join(supported)}' of the specified instance type does not match "
            f"the architecture '{architecture}' of the specified AMI",
        )


def address_of(ec2, allocation_id: str) -> dict:
    [address] = ec2.describe_addresses(AllocationIds=[allocation_id])["Addresses"]
    return address


def instance_of(ec2, instance_id: str) -> dict:
    [reservation] = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"]
    return reservation["Instances"][0]


def instances_at(ec2, address: str) -> list:
    alive = ["pending", "running", "stopping", "stopped", "shutting-down"]
    filters = [
        {"Name": "private-ip-address", "Values": [address]},
        {"Name": "instance-state-name", "Values": alive},
    ]
    return [
        instance
        for reservation in ec2.describe_instances(Filters=filters)["Reservations"]
        for instance in reservation["Instances"]
    ]


REFUSALS = {
    "AssociateAddress": [gateway_keeps_its_address],
    "CreateNatGateway": [gateway_takes_a_free_address],
    "ModifyInstanceAttribute": [running_instance_keeps_its_type, instance_keeps_its_architecture],
    "ModifyVolume": [volume_does_not_shrink],
    "ReleaseAddress": [associated_address_is_not_released],
    "RunInstances": [user_data_has_16_kib, private_address_is_free, image_has_the_types_architecture],
}

PREPARATIONS = {
    "RunInstances": [address_that_nobody_chose_is_any],
}


def refuse(ec2, operation: str, parameters: dict) -> None:
    for rule in REFUSALS.get(operation, []):
        rule(ec2, **parameters)


def prepare(operation: str, parameters: dict) -> None:
    for rule in PREPARATIONS.get(operation, []):
        rule(**parameters)
