"""A record of how the recipes and the defaults were chosen; not part of the benchmarks."""
