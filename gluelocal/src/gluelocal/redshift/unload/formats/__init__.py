"""The file formats of UNLOAD, one module each, found by the format's name in the statement."""

from gluelocal.redshift.unload.formats.base import WRITERS, FileWriter, register
from gluelocal.redshift.unload.formats.json import JsonWriter
from gluelocal.redshift.unload.formats.parquet import ParquetWriter
from gluelocal.redshift.unload.formats.text import CsvWriter, TextWriter

__all__ = [
    "WRITERS",
    "CsvWriter",
    "FileWriter",
    "JsonWriter",
    "ParquetWriter",
    "TextWriter",
    "register",
]
