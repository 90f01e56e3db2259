-- name: refused_parts
-- grain: one part of a user's query for which the query is refused
-- purpose: whether a query only reads the database: no row if nothing in it writes, or reaches anything else
-- parameters:
--   statement         text, the query: one SQL statement
--   refused           list of text, functions that may not be called
--   table_functions   list of text, the only table functions that may be called
--   nodes             list of text, the only kinds of query nodes that may be used
-- columns:
--   part   text, the function's name, the query node's kind, or `not serialized` where DuckDB cannot parse the query
with parsed as (
    select json_serialize_sql(cast($statement as varchar)) as tree
),

functions as (
    select lower(unnest(json_extract_string(tree, '$..function_name'))) as function_name
    from parsed
),

nodes as (
    select unnest(json_extract_string(tree, '$..type')) as node
    from parsed
)

select function_name as part
from functions
where
    list_contains($refused, function_name)
    or (
        not list_contains($table_functions, function_name)
        and function_name in (
            select catalog.function_name
            from duckdb_functions() as catalog
            where catalog.function_type in ('table', 'table_macro')
        )
    )
union all
select node as part
from nodes
where node like '%_NODE' and not list_contains($nodes, node)
union all
select 'not serialized' as part
from parsed
where json_extract_string(tree, '$.error') <> 'false'
