"""Events reach rules at the upstream, and its topics' mails reach the account's mailbox."""

import json
import time
import uuid

import boto3
import pytest

from gluelocal import events
from gluelocal.upstream.address import UpstreamError
from gluelocal.upstream.events import put_service_event

CREDENTIALS = {
    "region_name": "us-east-1",
    "aws_access_key_id": "gluelocal",
    "aws_secret_access_key": "gluelocal",
}


def until(find, what, seconds=20.0):
    """What `find` gives as soon as it gives something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := find():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} within {seconds} s")


@pytest.fixture
def topic(fronted):
    return fronted.client("sns").create_topic(Name=f"t-{uuid.uuid4().hex[:8]}")["TopicArn"]


def mails_to(account, address):
    return [mail for mail in account.mails() if mail.to == address]


def new_address():
    return f"{uuid.uuid4().hex[:8]}@example.com"


def queue_for(upstream, name):
    """(url, arn) of a new queue at the upstream."""
    sqs = upstream("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, answer["Attributes"]["QueueArn"]


def crawl(account, upstream, name):
    """A crawl of a CSV that lies at the upstream; returns the tables it made."""
    upstream("s3").create_bucket(Bucket=name)
    upstream("s3").put_object(Bucket=name, Key="raw/films/a.csv", Body=b"id,title\n1,Heat\n2,Up\n")
    glue = account.client("glue")
    glue.create_database(DatabaseInput={"Name": name})
    glue.create_crawler(
        Name=name,
        Role="arn:aws:iam::000000000000:role/r",
        DatabaseName=name,
        Targets={"S3Targets": [{"Path": f"s3://{name}/raw/films/"}]},
    )
    glue.start_crawler(Name=name)
    until(lambda: glue.get_crawler(Name=name)["Crawler"]["State"] == "READY", "no end of the crawl")
    assert glue.get_crawler(Name=name)["Crawler"]["LastCrawl"]["Status"] == "SUCCEEDED"
    return glue.get_tables(DatabaseName=name)["TableList"]


def test_a_crawl_of_the_upstreams_data_and_its_event_at_an_upstream_rule(fronted, upstream):
    name = f"crawl-{uuid.uuid4().hex[:8]}"
    url, arn = queue_for(upstream, name)
    pattern = {"source": ["aws.glue"], "detail": {"crawlerName": [name], "state": ["Succeeded"]}}
    upstream("events").put_rule(Name=name, EventPattern=json.dumps(pattern))
    upstream("events").put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    (table,) = crawl(fronted, upstream, name)
    assert table["StorageDescriptor"]["Location"] == f"s3://{name}/raw/films/"
    assert [one["Name"] for one in table["StorageDescriptor"]["Columns"]] == ["id", "title"]
    (message,) = until(
        lambda: upstream("sqs").receive_message(QueueUrl=url).get("Messages"), "no event"
    )
    event = json.loads(message["Body"])
    assert event["detail-type"] == "Glue Crawler State Change"
    assert event["detail"]["tablesCreated"] == "1"
    # Its log, too, is at the upstream.
    assert upstream("logs").describe_log_streams(logGroupName="/aws-glue/crawlers")["logStreams"]


def test_an_upstream_that_refuses_the_event_is_named(aws_endpoint):
    client = boto3.client("events", endpoint_url=aws_endpoint, **CREDENTIALS)
    event = events.crawler_failed("000000000000", "films", "no bucket", "log")
    with pytest.raises(UpstreamError, match="NotAuthorizedForSource") as refused:
        put_service_event(client, aws_endpoint, event)
    assert aws_endpoint in str(refused.value)


@pytest.mark.parametrize("protocol", ["email", "email-json"])
def test_a_mail_to_a_subscriber_made_through_the_account(fronted, topic, protocol):
    sns, address = fronted.client("sns"), new_address()
    sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=address)
    # At once: the subscription has its queue before the answer to Subscribe.
    sns.publish(TopicArn=topic, Subject="Films", Message="249 rows rejected")
    (mail,) = until(lambda: mails_to(fronted, address), "no mail")
    assert mail.subject == "Films"
    body = mail.body.split("\n\n--\n")[0]
    if protocol == "email":
        assert body == "249 rows rejected"
    else:
        assert json.loads(body.replace("\n", ""))["Message"] == "249 rows rejected"


def test_a_mail_to_a_subscriber_made_at_the_upstream(fronted, upstream, topic):
    address = new_address()
    upstream("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint=address)

    def is_noticed():
        listed = upstream("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        return any("gluelocal-mail-" in one["Endpoint"] for one in listed)

    until(is_noticed, "the subscription was not noticed")
    upstream("sns").publish(TopicArn=topic, Message="from the other side")
    (mail,) = until(lambda: mails_to(fronted, address), "no mail")
    assert mail.subject == "AWS Notification Message"
    assert mail.body.startswith("from the other side\n\n--\n")


def test_filter_policies_count_also_when_they_change(fronted, topic):
    sns, address = fronted.client("sns"), new_address()
    arn = sns.subscribe(
        TopicArn=topic,
        Protocol="email",
        Endpoint=address,
        Attributes={"FilterPolicy": json.dumps({"state": ["FAILED"]})},
    )["SubscriptionArn"]

    def publish(state, message):
        attribute = {"DataType": "String", "StringValue": state}
        sns.publish(TopicArn=topic, Message=message, MessageAttributes={"state": attribute})

    publish("SUCCEEDED", "1")
    publish("FAILED", "2")
    sns.set_subscription_attributes(
        SubscriptionArn=arn,
        AttributeName="FilterPolicy",
        AttributeValue=json.dumps({"state": ["SUCCEEDED"]}),
    )
    publish("FAILED", "3")
    publish("SUCCEEDED", "4")
    until(lambda: len(mails_to(fronted, address)) == 2, "not two mails")
    assert [mail.body.split("\n")[0] for mail in mails_to(fronted, address)] == ["2", "4"]


def test_a_subscription_that_ends_takes_its_queue_along(fronted, upstream, topic):
    sns, address = fronted.client("sns"), new_address()
    arn = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=address)["SubscriptionArn"]

    def bridges():
        listed = upstream("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        return [one["Endpoint"] for one in listed if "gluelocal-mail-" in one["Endpoint"]]

    (queue,) = bridges()
    sns.unsubscribe(SubscriptionArn=arn)
    until(lambda: not bridges(), "the queue is still subscribed")
    name = queue.rsplit(":", 1)[1]

    def is_gone():
        listed = upstream("sqs").list_queues(QueueNamePrefix=name)
        return not listed.get("QueueUrls")

    until(is_gone, "the queue is still there")


def test_a_queue_that_is_lost_is_made_again(fronted, upstream, topic):
    """As after an upstream's restart without its state."""
    sns, address = fronted.client("sns"), new_address()
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=address)
    listed = upstream("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    (queue,) = [one["Endpoint"] for one in listed if "gluelocal-mail-" in one["Endpoint"]]
    sqs, name = upstream("sqs"), queue.rsplit(":", 1)[1]
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])
    until(lambda: sqs.list_queues(QueueNamePrefix=name).get("QueueUrls"), "no queue again")
    sns.publish(TopicArn=topic, Message="still here")
    (mail,) = until(lambda: mails_to(fronted, address), "no mail")
    assert mail.body.startswith("still here\n")


def test_what_is_no_notification_is_dropped_and_mails_go_on(fronted, upstream, topic):
    sns, address = fronted.client("sns"), new_address()
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=address)
    listed = upstream("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    (queue,) = [one["Endpoint"] for one in listed if "gluelocal-mail-" in one["Endpoint"]]
    url = upstream("sqs").get_queue_url(QueueName=queue.rsplit(":", 1)[1])["QueueUrl"]
    upstream("sqs").send_message(QueueUrl=url, MessageBody="not from SNS")
    sns.publish(TopicArn=topic, Message="from SNS")
    (mail,) = until(lambda: mails_to(fronted, address), "no mail")
    assert mail.body.startswith("from SNS\n")
