-- name: refused_parts
-- grain: one part of a user's query for which the query is refused
-- purpose: whether a query only reads the database: no row if nothing in it writes, or reaches anything else
-- parameters:
--   statement         text, the query: one SQL statement
--   refused           list of text, functions that may not be called
--   table_functions   list of text, the only table functions that may be called
--   views             list of text, the only views of DuckDB's own that may be read, besides information_schema
--   nodes             list of text, the only kinds of query nodes that may be used
-- columns:
--   part   text, the name of the function or view, the query node's kind, or `not serialized` where DuckDB cannot
--          parse the query
with parsed as (
    select json_serialize_sql(cast($statement as varchar)) as tree
),

functions as (
    select lower(unnest(json_extract_string(tree, '$..function_name'))) as function_name
    from parsed
),

-- Only a reference to a table function holds a function as a part of its own.
called_tables as (
    select lower(unnest(json_extract_string(tree, '$..function.function_name'))) as function_name
    from parsed
),

tables as (
    select lower(unnest(json_extract_string(tree, '$..table_name'))) as table_name
    from parsed
),

nodes as (
    select unnest(json_extract_string(tree, '$..type')) as node
    from parsed
)

select function_name as part
from functions
where list_contains($refused, function_name)
union all
select function_name as part
from called_tables
where not list_contains($table_functions, function_name)
union all
select table_name as part
from tables
where
    not list_contains($views, table_name)
    and table_name in (
        select lower(catalog.view_name)
        from duckdb_views() as catalog
        where catalog.internal and catalog.schema_name <> 'information_schema'
    )
union all
select node as part
from nodes
where node like '%_NODE' and not list_contains($nodes, node)
union all
select 'not serialized' as part
from parsed
where json_extract_string(tree, '$.error') <> 'false'
