"""Event source mappings: a queue's messages in batches to its function, and back what failed."""

from __future__ import annotations

from typing import Any

from moto.sqs.models import sqs_backends

from infra.local.cloud import Cloud, Mapping
from infra.local.lambdas import FunctionFailed, invoke
from shared.aws import client


def poll(cloud: Cloud, mapping: Mapping) -> int:
    """Hand one batch over; return how many messages were taken. What fails comes again after its visibility time."""
    if not waiting(mapping):
        return 0
    sqs = client("sqs")
    messages = sqs.receive_message(
        QueueUrl=mapping.queue_url, MaxNumberOfMessages=min(10, mapping.batch_size), AttributeNames=["All"]
    ).get("Messages", [])
    if not messages:
        return 0
    try:
        answer = invoke(cloud.functions[mapping.function], {"Records": [record(mapping, one) for one in messages]})
    except FunctionFailed:
        return len(messages)
    failed = failures(answer, {one["MessageId"] for one in messages}) if mapping.reports_failures else set()
    done = [one for one in messages if one["MessageId"] not in failed]
    if done:
        entries = [{"Id": one["MessageId"], "ReceiptHandle": one["ReceiptHandle"]} for one in done]
        sqs.delete_message_batch(QueueUrl=mapping.queue_url, Entries=entries)
    return len(messages)


def waiting(mapping: Mapping) -> int:
    """Count what could be received, by looking into moto: asking its API costs as much as receiving nothing."""
    _, _, _, region, account, name = mapping.queue_arn.split(":")
    return int(sqs_backends[account][region].queues[name].approximate_number_of_messages)


def failures(answer: Any, ids: set[str]) -> set[str]:
    """Read a partial failure as the service does: an unknown or empty id fails the whole batch."""
    named = {one.get("itemIdentifier") for one in (answer or {}).get("batchItemFailures", [])}
    return named if named.issubset(ids) else ids


def record(mapping: Mapping, message: dict[str, Any]) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": mapping.queue_arn,
        "awsRegion": "eu-central-1",
    }


def depths(cloud: Cloud) -> dict[str, int]:
    """Count the messages of each queue, those in work included."""
    counted = {}
    for name, url in cloud.queues.items():
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        counted[name] = sum(int(value) for value in found.values())
    return counted
