"""Small wrong changes of the product, and the tests that must fail for each: `make mutants` proves it."""
