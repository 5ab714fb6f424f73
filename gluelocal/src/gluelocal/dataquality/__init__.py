"""The Glue Data Quality API over dqdl."""
