"""How a crawl ends when it does not succeed."""

from gluelocal.errors import GluelocalError


class CrawlError(GluelocalError):
    """The crawl failed and the catalog is as before; its text is the crawl's ErrorMessage."""


class CrawlCancelled(GluelocalError):  # noqa: N818 - not an error, an end
    """The crawl was stopped before it wrote anything."""
