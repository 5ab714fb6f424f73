"""Job bookmarks: what a job has read already (Glue Developer Guide, "Tracking processed data")."""
