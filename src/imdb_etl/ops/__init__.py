"""The commands `imdb-etl deploy | run | status`: boto3 only, so they serve any AWS endpoint."""
