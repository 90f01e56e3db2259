"""The models that make the numbers, one SELECT a file. `pipeline.transform` reads and runs them."""
