"""The marts as Parquet files, for other programs: DuckDB, polars, Spark.

`folder` decides whether an export may be written to a folder, and lists in it what it contains. `marts` writes each
mart there, divided by account and month as `partitions` says.
"""
