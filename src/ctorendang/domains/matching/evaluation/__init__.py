"""How good matching is: two benchmarks, run against the product's own pipeline. See ``docs/matching.md``."""
