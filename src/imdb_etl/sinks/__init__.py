"""Where rows go; each sink hides its driver, its SQL and its types."""
