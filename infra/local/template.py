"""Reading template.yaml as AWS would, and parting what moto creates from what the local stack must stand in for."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]
PARAMETERS = {
    "SenderAddress": "hello@begegnung.example",
    "SenderIdentity": "begegnung.example",
    "Architecture": "x86_64",
    "MailsPerSecond": "1000",  # a turned clock has few seconds in which mails could wait
}

MOTO_MAKES = {
    "AWS::DynamoDB::Table",
    "AWS::IAM::Role",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
}
STOOD_IN_FOR = {
    "AWS::ApiGatewayV2::Api": "the HTTP front of this process",
    # moto knows mappings too, but would start containers to serve them.
    "AWS::Lambda::EventSourceMapping": "the queues of this process",
    "AWS::Scheduler::Schedule": "the clock of this process",
    "AWS::SecretsManager::Secret": "a secret made at the start",
    "AWS::SES::ConfigurationSet": "the inbox",
    "AWS::SES::ConfigurationSetEventDestination": "the inbox, which tells what became of a mail",
    "AWS::SNS::Subscription": "one made at the start, where a queue listens",
}
LEFT_OUT = {
    "AWS::ApiGatewayV2::Stage": "throttling and access logs",
    "AWS::CloudFormation::Stack": "alarms",
    "AWS::Lambda::EventInvokeConfig": "what becomes of a tick that failed: the next one comes",
    "AWS::SNS::TopicPolicy": "who may publish: there is nobody else here",
    "AWS::SQS::QueuePolicy": "who may send: there is nobody else here",
}


def expand(path: Path = ROOT / "template.yaml") -> dict[str, Any]:
    """Translate the SAM template to plain CloudFormation, offline; refuse resource types nobody here knows."""
    source = yaml_parse(path.read_text(encoding="utf-8"))
    for resource in source["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["InlineCode"] = "# moto asks for code, which runs from the checkout instead"
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")  # noqa: TID251 - the translator will not do without one
    template: dict[str, Any] = transform(source, dict(PARAMETERS), SimpleNamespace(load=dict))
    known = MOTO_MAKES | set(STOOD_IN_FOR) | set(LEFT_OUT)
    unknown = {name: one["Type"] for name, one in template["Resources"].items() if one["Type"] not in known}
    if unknown:
        raise ValueError(f"the local stack knows nothing of {unknown}: say in {__name__} what becomes of it")
    return template


def for_moto(template: dict[str, Any], stand_ins: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Keep what moto makes, with each reference to something else replaced by what stands in for it.

    `stand_ins` maps a logical id to its attributes, "Ref" among them. moto would drop such references silently.
    """
    kept: dict[str, Any] = _resolved(template, stand_ins)
    kept["Resources"] = {name: one for name, one in kept["Resources"].items() if one["Type"] in MOTO_MAKES}
    return kept


def _resolved(node: Any, stand_ins: dict[str, dict[str, str]]) -> Any:
    if isinstance(node, list):
        return [_resolved(one, stand_ins) for one in node]
    if not isinstance(node, dict):
        return node
    if node.get("Ref") in stand_ins:
        return stand_ins[node["Ref"]]["Ref"]
    attribute = node.get("Fn::GetAtt")
    if isinstance(attribute, list) and attribute[0] in stand_ins:
        return stand_ins[attribute[0]][attribute[1]]
    text = node.get("Fn::Sub")
    if isinstance(text, str):
        for name, values in stand_ins.items():
            text = text.replace(f"${{{name}}}", values["Ref"])
            for key, value in values.items():
                text = text.replace(f"${{{name}.{key}}}", value)
        return {"Fn::Sub": text}
    return {key: _resolved(value, stand_ins) for key, value in node.items()}
