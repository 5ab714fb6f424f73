"""UNLOAD: from a query's rows to files in S3."""
