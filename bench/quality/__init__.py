"""Data quality on 2,000,000 rows: dqdl and its peers, each in a process of its own.

What runs in the peers' environments (`worker`, `contenders`, and what they import) needs only the
standard library, PySpark and the peer.
"""
