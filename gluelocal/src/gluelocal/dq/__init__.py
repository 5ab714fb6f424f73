"""`gluelocal dq`: the rule language on any file, without an account."""
