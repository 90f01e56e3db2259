"""Reports: lay out what the marts say, and compute nothing."""
