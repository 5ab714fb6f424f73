"""Benchmarks: each module measures one thing and its peers in the same run."""
