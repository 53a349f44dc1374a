"""How the recipes and the defaults were chosen; kept as a record, not part of the benchmarks."""
