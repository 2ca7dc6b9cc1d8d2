"""Benchmarks and the files they run on."""
