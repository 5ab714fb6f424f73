"""The whole pipeline at size, beside the plain things that it cannot do without."""
