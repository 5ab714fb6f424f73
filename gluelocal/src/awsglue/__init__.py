"""AWS Glue's Python API on plain PySpark: the names and parameters of the Glue Developer Guide."""
