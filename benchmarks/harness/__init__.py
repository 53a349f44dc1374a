"""What the benchmarks share: timing, conditions, claims, stored runs, data, peers and pages."""
