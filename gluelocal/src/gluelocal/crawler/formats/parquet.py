"""The built-in Parquet classifier: the schema in the file's footer, nothing guessed."""

from gluelocal.crawler.formats.protocol import Detected, Storage
from gluelocal.crawler.sample import Sample

_MAGIC = b"PAR1"
_HIVE = "org.apache.hadoop.hive.ql.io.parquet"
_STORAGE = Storage(
    f"{_HIVE}.MapredParquetInputFormat",
    f"{_HIVE}.MapredParquetOutputFormat",
    f"{_HIVE}.serde.ParquetHiveSerDe",
    {"serialization.format": "1"},
)


class Parquet:
    """A file whose first four bytes are Parquet's."""

    name = "parquet"

    def sniff(self, sample: Sample) -> Detected | None:
        if sample.compression != "none" or not sample.head.startswith(_MAGIC):
            return None
        from gluelocal.crawler.formats.parquet_footer import read_footer

        columns, rows = read_footer(sample)
        return Detected(
            classification="parquet",
            columns=columns,
            storage=_STORAGE,
            parameters={},
            records=rows,
            record_bytes=sample.size,
            counted=True,
        )
