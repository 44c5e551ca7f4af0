"""Finite scopes bit by bit: what the design's values are as bits, and the solvers that are asked about them."""
