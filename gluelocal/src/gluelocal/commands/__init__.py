"""The commands of `gluelocal` but for `dq`, by what they are about."""
