"""A believable district of people who do not exist: for trying out, tests and benchmarks."""
