"""Every format that can be read: importing this registers them."""

from awsglue.data_source import avro, columnar, csv, ion, json, xml

__all__ = ["avro", "columnar", "csv", "ion", "json", "xml"]
