"""COPY from S3: its options, its files, its formats, and the way of a row into PostgreSQL."""
