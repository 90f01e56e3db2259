-- name: facts.refresh_steps
-- grain: one statement of a refresh
-- purpose: the statements that update the marts, stored when the models change, because working them out takes a while
-- columns:
--   place           whole number, 1 for the first
--   statement       text, SQL
--   is_of_sessions  flag: it only concerns the sessions that were loaded since the last transform
create table facts.refresh_steps (
    place integer not null,
    statement varchar not null,
    is_of_sessions boolean not null
);
