"""A MiniStack whose PutEvents takes events of aws.* sources, as LocalStack 4.14.0's does.

Run as a script. LocalStack checks an event's source only for being there (validate_event in its
services/events/provider.py); MiniStack refuses `aws.*`, as AWS does.
"""

import functools
import runpy

from ministack.services import eventbridge

eventbridge._put_events = functools.partial(eventbridge._put_events, allow_aws_source=True)
runpy.run_module("ministack", run_name="__main__")
