"""An IMDb data-quality pipeline for AWS Glue."""
