"""One Spark session and one account serve the whole test run."""

pytest_plugins = ["gluelocal.pytest_plugin"]
