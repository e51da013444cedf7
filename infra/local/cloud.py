"""AWS in this process: moto's services, the template's resources in them, and what stands in for the rest."""

from __future__ import annotations

import io
import json
import os
import warnings
import zipfile
from dataclasses import dataclass, field
from typing import Any, Final

REGION: Final = "eu-central-1"

# Before boto3 is imported: nothing of this machine's own AWS set-up may be used, and no call may leave the process.
os.environ.update(  # noqa: TID251 - prepares it for the functions
    AWS_ACCESS_KEY_ID="local",
    AWS_SECRET_ACCESS_KEY="local",  # noqa: S106 - a placeholder, as moto asks for one
    AWS_DEFAULT_REGION=REGION,
    AWS_EC2_METADATA_DISABLED="true",
)
for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
    os.environ.pop(name, None)  # noqa: TID251 - prepares it for the functions

import boto3  # noqa: E402 - see above
import botocore  # noqa: E402
import botocore.session  # noqa: E402
from botocore.config import Config  # noqa: E402
from moto import mock_aws  # noqa: E402

from infra.local import moto_patch, template  # noqa: E402

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

    queue_url: str
    queue_arn: str
    function: str
    batch_size: int
    reports_failures: bool  # the function answers with the ids that failed; otherwise a batch succeeds or fails whole


@dataclass
class Cloud:
    """What the template became."""

    functions: dict[str, Lambda] = field(default_factory=dict)  # by physical name
    routes: dict[str, str] = field(default_factory=dict)  # route key -> physical name
    mappings: list[Mapping] = field(default_factory=list)
    schedules: dict[str, str] = field(default_factory=dict)  # expression -> physical name
    queues: dict[str, str] = field(default_factory=dict)  # logical id -> url
    mail_topics: dict[str, str] = field(default_factory=dict)  # configuration set -> topic ARN
    left_out: list[str] = field(default_factory=list)

    def function(self, name: str) -> Lambda | None:
        """Find a function by its physical name, or by its logical id as `sam local` does."""
        by_id = (one for one in self.functions.values() if one.logical_id == name)
        return self.functions.get(name) or next(by_id, None)


_aws = mock_aws()


def stop() -> None:
    """End moto, with everything in it."""
    _aws.stop()


def start(public_url: str) -> Cloud:
    """Start moto and create the template in it; `public_url` is where the HTTP front will listen."""
    moto_patch.install()
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
    _put_empty_code()
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


def _put_empty_code() -> None:
    body = io.BytesIO()
    zipfile.ZipFile(body, "w").close()
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=template.CODE["Bucket"], CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=template.CODE["Bucket"], Key=template.CODE["Key"], Body=body.getvalue())


def _read_back(translated: dict[str, Any], stand_ins: dict[str, dict[str, str]]) -> Cloud:
    """Ask moto what it made of the template: names, environments, mappings."""
    resources = boto3.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    physical = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources if "PhysicalResourceId" in one}
    cloud = Cloud(
        left_out=sorted(
            {f"{one['Type']}: {template.LEFT_OUT[one['Type']]}" for one in _of(translated, template.LEFT_OUT)}
        )
    )
    cloud.queues = {
        name: physical[name] for name, one in translated["Resources"].items() if one["Type"] == "AWS::SQS::Queue"
    }
    logical = {value: key for key, value in physical.items()}
    for one in boto3.client("lambda").list_functions()["Functions"]:
        cloud.functions[one["FunctionName"]] = Lambda(
            logical_id=logical[one["FunctionName"]],
            name=one["FunctionName"],
            handler=one["Handler"],
            memory_mb=one["MemorySize"],
            timeout_s=one["Timeout"],
            environment={key: str(value) for key, value in one["Environment"]["Variables"].items()},
        )
    for name, resource in translated["Resources"].items():
        _read_event(name, resource, cloud, physical, stand_ins)
    return cloud


def _of(translated: dict[str, Any], kinds: dict[str, str]) -> list[dict[str, Any]]:
    return [one for one in translated["Resources"].values() if one["Type"] in kinds]


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
                function = next(fid for fid in physical if f"${{{fid}.Arn}}" in uri)
                key = "$default" if path == "$default" else f"{method.upper()} {path}"
                cloud.routes[key] = physical[function]
    elif resource["Type"] == "AWS::Lambda::EventSourceMapping":
        queue, function = properties["EventSourceArn"]["Fn::GetAtt"][0], properties["FunctionName"]["Ref"]
        cloud.mappings.append(
            Mapping(
                queue_url=physical[queue],
                queue_arn=f"arn:aws:sqs:eu-central-1:123456789012:{physical[queue].rsplit('/', 1)[1]}",
                function=physical[function],
                batch_size=properties["BatchSize"],
                reports_failures="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", []),
            )
        )
    elif resource["Type"] == "AWS::Scheduler::Schedule":
        if properties["ScheduleExpression"] != "rate(1 minute)":
            raise ValueError(f"{name}: the local clock ticks once a minute")
        cloud.schedules[name] = physical[properties["Target"]["Arn"]["Fn::GetAtt"][0]]
    elif resource["Type"] == "AWS::SES::ConfigurationSetEventDestination":
        settings = stand_ins[properties["ConfigurationSetName"]["Ref"]]["Ref"]
        cloud.mail_topics[settings] = physical[properties["EventDestination"]["SnsDestination"]["TopicARN"]["Ref"]]
