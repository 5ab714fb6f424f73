"""Amazon Redshift, as the Glue connector loads it: files in S3, then one COPY in one transaction.

Nothing outside this folder knows the driver, the SQL or the types.
"""

from awsglue.data_sink.redshift.sink import RedshiftSink

__all__ = ["RedshiftSink"]
