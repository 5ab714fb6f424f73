"""A local AWS account for Glue jobs."""
