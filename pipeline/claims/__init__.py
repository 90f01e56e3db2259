"""Claims: what was handed in, each frozen in a folder of its own and chained to the one before."""
