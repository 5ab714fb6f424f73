"""Formats that AWS's built-in classifiers know and gluelocal's do not: found, and refused by name.

Without this they would end as UNKNOWN, which AWS would not say of them.
"""

import re

from gluelocal.crawler.errors import CrawlError
from gluelocal.crawler.formats.protocol import Detected
from gluelocal.crawler.sample import Sample

_BEGINNINGS = (
    ("orc", re.compile(rb"ORC")),
    ("xml", re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml")),
    ("ion", re.compile(rb"\xe0\x01\x00\xea")),
)


class Unsupported:
    """Never classifies anything; raises CrawlError for what it recognises."""

    name = "unsupported"

    def sniff(self, sample: Sample) -> Detected | None:
        for format_, beginning in _BEGINNINGS:
            if beginning.match(sample.head):
                raise CrawlError(
                    f"{sample.location} looks like {format_}, which gluelocal's crawler does not "
                    "classify; it classifies avro, parquet, json and csv. Exclude the object with "
                    "the target's Exclusions."
                )
        return None
