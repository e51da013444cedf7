"""AWS in this process: moto's services, the template's resources in them, and what stands in for the rest."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

REGION: Final = "eu-central-1"

# Before boto3 is imported: nothing of this machine's own AWS set-up may be used, and no call may leave the process.
environment = os.environ  # noqa: TID251 - prepares it for the functions
for name in [name for name in environment if name.startswith("AWS_")]:
    del environment[name]
environment |= dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
environment |= dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "local")
environment |= {"AWS_DEFAULT_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true"}
environment.setdefault("POWERTOOLS_LOG_LEVEL", "WARNING")  # the functions' notes would bury the address

import boto3  # noqa: E402 - see above
import botocore  # noqa: E402
import botocore.session  # noqa: E402
from botocore.config import Config  # noqa: E402
from moto import mock_aws  # noqa: E402
from moto.core import DEFAULT_ACCOUNT_ID  # noqa: E402
from moto.sqs.models import sqs_backends  # noqa: E402

from infra.local import account, moto_patch, template  # noqa: E402

STACK = "begegnung"


@dataclass(frozen=True)
class Lambda:
    """One function of the template, to be run from the checkout."""

    logical_id: str
    name: str
    handler: str
    memory_mb: int
    timeout_s: int
    environment: dict[str, str]


@dataclass(frozen=True)
class Mapping:
    """A queue whose messages a function gets."""

    queue: str
    function: str
    batch_size: int
    reports_failures: bool  # the function answers with the ids that failed; otherwise a batch succeeds or fails whole


@dataclass
class Cloud:
    """What the template became."""

    functions: dict[str, Lambda] = field(default_factory=dict)  # by logical id
    routes: dict[str, str] = field(default_factory=dict)  # route key -> function
    mappings: list[Mapping] = field(default_factory=list)
    schedules: list[str] = field(default_factory=list)  # the function of each
    queues: dict[str, Any] = field(default_factory=dict)  # logical id -> moto's queue
    mail_topics: dict[str, tuple[str, set[str]]] = field(default_factory=dict)  # of a configuration set, with kinds
    left_out: list[str] = field(default_factory=list)
    # How a function is called: in this process, or wherever its package runs.
    invoke: Callable[[Lambda, Any], Any] = field(init=False)


_aws = mock_aws()


def stop() -> None:
    """End moto, with everything in it."""
    _aws.stop()


def start(public_url: str) -> Cloud:
    """Start moto and create the template in it; `public_url` is where the HTTP front will listen."""
    moto_patch.install()
    account.install()
    _aws.start()
    # A session of its own: one made before moto started would talk to the network. It names itself shortly, as
    # nobody reads the long name that the SDK would put together for each call.
    session = botocore.session.get_session()
    session.set_default_client_config(Config(user_agent="local"))
    # Nobody checks signatures here, and DynamoDB's are an eighth of a call; the other services read the region there.
    session.register("choose-signer.dynamodb", lambda **_: botocore.UNSIGNED)
    boto3.setup_default_session(botocore_session=session)
    translated = template.expand()
    stand_ins = _stand_ins(translated, public_url)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Tried to parse .* but it's not supported")
        boto3.client("cloudformation").create_stack(
            StackName=STACK,
            TemplateBody=json.dumps(template.for_moto(translated, stand_ins)),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in template.PARAMETERS.items()],
            Capabilities=["CAPABILITY_IAM"],
        )
    return _read_back(translated, stand_ins)


def _stand_ins(translated: dict[str, Any], public_url: str) -> dict[str, dict[str, str]]:
    made: dict[str, dict[str, str]] = {}
    for name, resource in translated["Resources"].items():
        kind, properties = resource["Type"], resource.get("Properties", {})
        if kind == "AWS::ApiGatewayV2::Api":
            made[name] = {"Ref": "local", "ApiEndpoint": public_url}
        elif kind == "AWS::SecretsManager::Secret":
            wanted = properties["GenerateSecretString"]
            secrets = boto3.client("secretsmanager")
            value = secrets.get_random_password(**wanted)["RandomPassword"]
            made[name] = {"Ref": secrets.create_secret(Name=name, SecretString=value)["ARN"]}
        elif kind == "AWS::SES::ConfigurationSet":
            made[name] = {"Ref": f"{STACK}-{name}"}
            boto3.client("sesv2").create_email_identity(EmailIdentity=template.PARAMETERS["SenderIdentity"])
    return made


def _read_back(translated: dict[str, Any], stand_ins: dict[str, dict[str, str]]) -> Cloud:
    """Ask moto what it made of the template: names, environments, mappings."""
    resources = boto3.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    physical = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources if "PhysicalResourceId" in one}
    made = sqs_backends[DEFAULT_ACCOUNT_ID][REGION].queues
    kinds = {name: one["Type"] for name, one in translated["Resources"].items()}
    cloud = Cloud(
        queues={
            name: made[physical[name].rsplit("/", 1)[1]] for name, kind in kinds.items() if kind == "AWS::SQS::Queue"
        },
        left_out=sorted({f"{kind}: {template.LEFT_OUT[kind]}" for kind in kinds.values() if kind in template.LEFT_OUT}),
    )
    logical = {value: key for key, value in physical.items()}
    for one in boto3.client("lambda").list_functions()["Functions"]:
        name = logical[one["FunctionName"]]
        cloud.functions[name] = Lambda(
            logical_id=name,
            name=one["FunctionName"],
            handler=one["Handler"],
            memory_mb=one["MemorySize"],
            timeout_s=one["Timeout"],
            environment={key: str(value) for key, value in one["Environment"]["Variables"].items()},
        )
    for name, resource in translated["Resources"].items():
        _read_event(name, resource, cloud, physical, stand_ins)
    return cloud


def _read_event(
    name: str,
    resource: dict[str, Any],
    cloud: Cloud,
    physical: dict[str, str],
    stand_ins: dict[str, dict[str, str]],
) -> None:
    """Take over the events moto does not serve: routes, queues' functions, schedules, what SES tells."""
    properties = resource.get("Properties", {})
    if resource["Type"] == "AWS::ApiGatewayV2::Api":
        for path, methods in properties["Body"]["paths"].items():
            for method, operation in methods.items():
                uri = json.dumps(operation["x-amazon-apigateway-integration"]["uri"])
                verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
                key = "$default" if path == "$default" else f"{verb} {path}"
                cloud.routes[key] = next(name for name in cloud.functions if f"${{{name}.Arn}}" in uri)
    elif resource["Type"] == "AWS::Lambda::EventSourceMapping":
        cloud.mappings.append(
            Mapping(
                queue=properties["EventSourceArn"]["Fn::GetAtt"][0],
                function=properties["FunctionName"]["Ref"],
                batch_size=properties.get("BatchSize", 10),
                reports_failures="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", []),
            )
        )
    elif resource["Type"] == "AWS::Scheduler::Schedule":
        if properties["ScheduleExpression"] != "rate(1 minute)":
            raise ValueError(f"{name}: the local clock ticks once a minute")
        cloud.schedules.append(properties["Target"]["Arn"]["Fn::GetAtt"][0])
    elif resource["Type"] == "AWS::SNS::Subscription" and properties["Protocol"] == "sqs":
        topic, queue = physical[properties["TopicArn"]["Ref"]], cloud.queues[properties["Endpoint"]["Fn::GetAtt"][0]]
        boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.queue_arn)
    elif resource["Type"] == "AWS::SES::ConfigurationSetEventDestination":
        settings = stand_ins[properties["ConfigurationSetName"]["Ref"]]["Ref"]
        destination = properties["EventDestination"]
        topic = physical[destination["SnsDestination"]["TopicARN"]["Ref"]]
        cloud.mail_topics[settings] = topic, {kind.lower() for kind in destination["MatchingEventTypes"]}
