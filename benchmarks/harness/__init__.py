"""Shared by the benchmarks: timing, conditions, claims, stored runs, data, peers and pages."""
