"""The `ipledger` command, the demonstration and the benchmarks."""
