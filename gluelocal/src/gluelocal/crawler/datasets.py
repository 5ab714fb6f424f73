"""What was found in a data store before it has a name: a table with its partitions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gluelocal.crawler.formats import Detected, Storage
from gluelocal.crawler.schema import SIMILAR, Column, merge_columns, similarity


@dataclass(frozen=True)
class Content:
    """Files as one thing: their schema, how to read them, and how much there is.

    `average_record` and `records` are estimates from samples; 0 when nothing could be read.
    """

    classification: str
    columns: tuple[Column, ...]
    storage: Storage
    parameters: Mapping[str, str]
    compression: str
    objects: int
    size: int
    average_record: int
    records: int


@dataclass(frozen=True)
class Partition:
    values: tuple[str, ...]
    location: str
    content: Content


@dataclass(frozen=True)
class Dataset:
    """One table to be: `base_name` is the folder's, file's or database table's own name."""

    base_name: str
    location: str
    content: Content
    partition_keys: tuple[str, ...] = ()
    partitions: tuple[Partition, ...] = ()
    type_of_data: str = "file"
    extra_parameters: Mapping[str, str] = field(default_factory=dict)


def content_of(detected: Detected, compression: str, expansion: float, size: int) -> Content:
    """One object's content; `size` are its stored bytes, `expansion` content by stored bytes."""
    average = max(detected.record_bytes // detected.records, 1) if detected.records else 0
    estimate = int(size * expansion) // average if average else 0
    return Content(
        classification=detected.classification,
        columns=detected.columns,
        storage=detected.storage,
        parameters=detected.parameters,
        compression=compression,
        objects=1,
        size=size,
        average_record=average,
        records=detected.records if detected.counted else estimate,
    )


def compatible(left: Content, right: Content) -> bool:
    """Same format, compression, delimiter and header: readable with one table definition."""
    return (
        left.classification == right.classification
        and left.compression == right.compression
        and _reading(left) == _reading(right)
    )


def similar(left: Content, right: Content) -> bool:
    """Compatible, and most columns are the same."""
    ordered = left.parameters.get("columnsOrdered") == "true"
    return compatible(left, right) and similarity(left.columns, right.columns, ordered) >= SIMILAR


def merge_contents(contents: Sequence[Content], objects: int, size: int) -> Content:
    """Compatible contents as one; `objects` and `size` count those that were not sampled, too."""
    first = contents[0]
    sampled_size = sum(one.size for one in contents)
    records = sum(one.records for one in contents)
    weight = sum(one.average_record * one.records for one in contents)
    quoted = {one.parameters.get("areColumnsQuoted") for one in contents}
    parameters = dict(first.parameters)
    if len(quoted) > 1:
        parameters["areColumnsQuoted"] = "false"
    if len(contents) == 1 and objects == 1:
        return first
    return Content(
        classification=first.classification,
        columns=merge_columns(one.columns for one in contents),
        storage=_merged_storage(contents),
        parameters=parameters,
        compression=first.compression,
        objects=objects,
        size=size,
        average_record=weight // records if records else 0,
        records=records * size // sampled_size if sampled_size else 0,
    )


def merge_partitions(partitions: Sequence[Partition]) -> Content:
    contents = [partition.content for partition in partitions]
    objects, size = sum(one.objects for one in contents), sum(one.size for one in contents)
    return merge_contents(contents, objects, size)


def largest_group(contents: Iterable[Content], combine: bool) -> list[int]:
    """Positions of the largest set of contents that belong together, first come first grouped."""
    together = compatible if combine else similar
    groups: list[tuple[Content, list[int]]] = []
    for position, content in enumerate(contents):
        for first, members in groups:
            if together(first, content):
                members.append(position)
                break
        else:
            groups.append((content, [position]))
    return max((members for _, members in groups), key=len, default=[])


def _reading(content: Content) -> tuple[str, ...]:
    """What a reader has to know besides the columns."""
    keys = ("delimiter", "skip.header.line.count", "customSerde")
    return (content.storage.serde, *(content.parameters.get(key, "") for key in keys))


def _merged_storage(contents: Sequence[Content]) -> Storage:
    """The first one's, with the JSON paths of all: the SerDe finds fields by them."""
    first = contents[0].storage
    if "paths" not in first.serde_parameters:
        return first
    paths = {path for one in contents for path in one.storage.serde_parameters["paths"].split(",")}
    parameters = {**first.serde_parameters, "paths": ",".join(sorted(paths))}
    return Storage(first.input_format, first.output_format, first.serde, parameters)
