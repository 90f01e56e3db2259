"""DuckDB, and nothing that knows about charging: the writer's database, the published copy, and the SQL files.

    with open_writer(logbook) as connection:
        ...  # load and transform
    publish(logbook)

`connection` opens both databases; it uses `checksum` to notice that the writer's was changed, and `faults` to turn
DuckDB's errors about a file into Ladebog's. `models` reads the files under sql/ that create and fill the tables,
`insert` puts Python rows into them. `query` runs a user's own query, within the `limits` of time and memory;
`named_queries` has those that come with Ladebog.
"""
