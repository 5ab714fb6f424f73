"""Job runs: StartJobRun really runs the script, and a run's state is what its process did."""
