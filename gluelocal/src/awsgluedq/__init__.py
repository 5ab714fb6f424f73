"""The module that AWS Glue jobs import EvaluateDataQuality from."""
