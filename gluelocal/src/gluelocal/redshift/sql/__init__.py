"""Redshift's SQL, as far as PostgreSQL has to be told otherwise: tokens, and edits of ranges."""
