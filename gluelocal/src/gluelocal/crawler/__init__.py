"""Crawlers: data in S3 and Redshift becomes tables of the Data Catalog. See docs/crawlers.md."""

from gluelocal.crawler.clients import CrawlClients
from gluelocal.crawler.errors import CrawlCancelled, CrawlError
from gluelocal.crawler.run import crawl
from gluelocal.crawler.summary import CrawlSummary

__all__ = ["CrawlCancelled", "CrawlClients", "CrawlError", "CrawlSummary", "crawl"]
