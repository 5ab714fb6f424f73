"""CSV: quotes doubled inside of quotes, newlines allowed in them."""

from collections.abc import Iterator

from gluelocal.redshift.copy.formats.base import Input, register
from gluelocal.redshift.copy.formats.fields import read_fields
from gluelocal.redshift.copy.rows import Batch


@register("CSV")
def read_csv(given: Input) -> Iterator[Batch]:
    return read_fields(given, given.options.quote)
