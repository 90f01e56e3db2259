"""Ladebog's pipeline: app API -> raw/ -> DuckDB -> marts."""

__version__ = "0.1.0"
