"""A believable district of people who do not exist: for trying the software out, for tests and for benchmarks."""
