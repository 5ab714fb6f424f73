"""The file formats of COPY, one module each, found by the format's name in the statement."""

from gluelocal.redshift.copy.formats.avro import read_avro
from gluelocal.redshift.copy.formats.base import FORMATS, FormatReader, reader_for, register
from gluelocal.redshift.copy.formats.csv import read_csv
from gluelocal.redshift.copy.formats.json import read_json
from gluelocal.redshift.copy.formats.parquet import read_parquet
from gluelocal.redshift.copy.formats.text import read_text

__all__ = [
    "FORMATS",
    "FormatReader",
    "read_avro",
    "read_csv",
    "read_json",
    "read_parquet",
    "read_text",
    "reader_for",
    "register",
]
