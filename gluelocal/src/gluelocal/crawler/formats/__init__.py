"""The built-in classifiers in the order they are asked (Glue Developer Guide, add-classifier)."""

from collections.abc import Sequence

from gluelocal.crawler.formats.avro import Avro
from gluelocal.crawler.formats.csv import Csv
from gluelocal.crawler.formats.json import Json
from gluelocal.crawler.formats.parquet import Parquet
from gluelocal.crawler.formats.protocol import Detected, Format, Storage
from gluelocal.crawler.formats.unsupported import Unsupported
from gluelocal.crawler.sample import Sample

UNKNOWN = "UNKNOWN"


def registered(*formats: Format) -> tuple[Format, ...]:
    """The formats in the order they are asked; ValueError when two have one name."""
    names = [format_.name for format_ in formats]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"Two formats are called {', '.join(doubled)}; names must differ.")
    return formats


BUILT_IN = registered(Avro(), Parquet(), Unsupported(), Json(), Csv())


def classify(sample: Sample, custom: Sequence[Format]) -> Detected:
    """The first format that recognises the sample, custom classifiers first; else UNKNOWN."""
    for format_ in (*custom, *BUILT_IN):
        if detected := format_.sniff(sample):
            return detected
    return Detected(UNKNOWN, (), Storage(), {}, 0, 0)


__all__ = ["BUILT_IN", "UNKNOWN", "Detected", "Format", "Storage", "classify", "registered"]
