"""Another AWS endpoint (LocalStack, a MiniStack) behind the account, by `gluelocal up --upstream`.

The account keeps what is Glue's: the Data Catalog, jobs, crawlers, rulesets, Redshift, the mailbox,
and CloudFormation, whose stacks are made of both sides. Everything else is forwarded.
"""
