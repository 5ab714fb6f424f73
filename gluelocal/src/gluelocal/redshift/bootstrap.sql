-- What makes a PostgreSQL database look like a Redshift one. Run by the superuser in every database
-- whenever this file's text has changed, so every statement can be run again.
-- Views in pg_catalog, since drivers name them with that schema.

SET allow_system_table_mods = on;
SET client_min_messages = warning;

CREATE SCHEMA IF NOT EXISTS pg_gluelocal;
GRANT USAGE ON SCHEMA pg_gluelocal TO PUBLIC;

-- SUPER is jsonb under Redshift's own type number, which its drivers know; the shell type gets the
-- number before anything can depend on it.
DO $bootstrap$
BEGIN
    IF to_regtype('pg_catalog.super') IS NOT NULL THEN
        RETURN;
    END IF;
    CREATE TYPE pg_catalog.super;
    UPDATE pg_catalog.pg_type SET oid = 4000
        WHERE typname = 'super' AND typnamespace = 'pg_catalog'::regnamespace;
    CREATE FUNCTION pg_catalog.super_in(cstring) RETURNS pg_catalog.super
        LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'jsonb_in';
    CREATE FUNCTION pg_catalog.super_out(pg_catalog.super) RETURNS cstring
        LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'jsonb_out';
    CREATE TYPE pg_catalog.super (
        INPUT = pg_catalog.super_in, OUTPUT = pg_catalog.super_out, LIKE = jsonb
    );
    CREATE CAST (pg_catalog.super AS jsonb) WITHOUT FUNCTION AS IMPLICIT;
    CREATE CAST (jsonb AS pg_catalog.super) WITHOUT FUNCTION AS ASSIGNMENT;
END
$bootstrap$;

-- What the gateway keeps -------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS pg_gluelocal.table_attributes (
    table_id oid PRIMARY KEY,
    attributes jsonb NOT NULL
);

CREATE OR REPLACE FUNCTION pg_gluelocal.note_table(target regclass, noted jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    INSERT INTO pg_gluelocal.table_attributes AS known VALUES (target::oid, noted)
    ON CONFLICT (table_id) DO UPDATE SET attributes = known.attributes || excluded.attributes
    WHERE EXISTS (SELECT FROM pg_class WHERE oid = target::oid AND pg_has_role(session_user, relowner, 'USAGE'))
$$;

CREATE SEQUENCE IF NOT EXISTS pg_gluelocal.query_id START 100;

-- One row a client session that has loaded: not in custom settings, since a rollback undoes those.
CREATE UNLOGGED TABLE IF NOT EXISTS pg_gluelocal.session_loads (
    session int PRIMARY KEY,
    last_query_id bigint NOT NULL,
    last_copy_id bigint NOT NULL,
    last_copy_count bigint NOT NULL
);

CREATE TABLE IF NOT EXISTS pg_gluelocal.load_errors (
    user_name text NOT NULL,
    database_name text NOT NULL,
    session int NOT NULL,
    query bigint NOT NULL,
    table_id oid NOT NULL,
    start_time timestamp NOT NULL,
    file_name text NOT NULL,
    line_number bigint NOT NULL,
    column_name text NOT NULL,
    column_type text NOT NULL,
    column_length text NOT NULL,
    raw_line text NOT NULL,
    raw_field_value text NOT NULL,
    error_position int NOT NULL,
    error_code int NOT NULL,
    error_reason text NOT NULL
);

CREATE OR REPLACE FUNCTION pg_catalog.pg_last_copy_count() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT coalesce((SELECT last_copy_count FROM pg_gluelocal.session_loads
        WHERE session = pg_backend_pid()), 0)
$$;
CREATE OR REPLACE FUNCTION pg_catalog.pg_last_copy_id() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT coalesce((SELECT last_copy_id FROM pg_gluelocal.session_loads
        WHERE session = pg_backend_pid()), -1)
$$;
CREATE OR REPLACE FUNCTION pg_catalog.pg_last_query_id() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT coalesce((SELECT last_query_id FROM pg_gluelocal.session_loads
        WHERE session = pg_backend_pid()), -1)
$$;

-- Load errors ------------------------------------------------------------------------------------

CREATE OR REPLACE VIEW pg_catalog.stl_load_errors AS
SELECT coalesce((SELECT usesysid FROM pg_user WHERE usename = user_name), 0)::int AS userid,
    0 AS slice, table_id::bigint::int AS tbl, start_time AS starttime, session, query::int AS query,
    file_name::char(256) AS filename, line_number, column_name::char(127) AS colname,
    column_type::char(10) AS type, column_length::char(10) AS col_length,
    error_position AS position, raw_line::char(1024) AS raw_line,
    raw_field_value::char(1024) AS raw_field_value, error_code AS err_code,
    error_reason::char(100) AS err_reason, 0 AS is_partial, 0::bigint AS start_offset
FROM pg_gluelocal.load_errors;

CREATE OR REPLACE VIEW pg_catalog.sys_load_error_detail AS
SELECT coalesce((SELECT usesysid FROM pg_user WHERE usename = user_name), 0)::int AS user_id,
    query AS query_id, 0::bigint AS transaction_id, session AS session_id,
    database_name::char(64) AS database_name, table_id::bigint::int AS table_id, start_time,
    file_name::char(256) AS file_name, line_number, column_name::char(127) AS column_name,
    column_type::char(10) AS column_type, column_length::char(10) AS column_length,
    error_position AS position, error_code, error_reason::char(512) AS error_message
FROM pg_gluelocal.load_errors;

-- Catalog views ----------------------------------------------------------------------------------

CREATE OR REPLACE VIEW pg_gluelocal.user_tables AS
SELECT c.oid AS table_id, n.nspname AS schema_name, c.relname AS table_name, c.relkind,
    c.reltuples, c.relacl, c.relowner, c.relpersistence, a.attributes
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_gluelocal.table_attributes a ON a.table_id = c.oid
WHERE c.relkind IN ('r', 'p', 'v', 'm')
    AND n.nspname NOT IN ('pg_gluelocal', 'pg_toast')
    AND has_schema_privilege(n.oid, 'USAGE');

CREATE OR REPLACE VIEW pg_gluelocal.user_columns AS
SELECT t.*, a.attname AS column_name, a.attnum AS ordinal_position, a.attnotnull,
    a.atttypid, a.atttypmod, pg_get_expr(d.adbin, d.adrelid) AS column_default,
    format_type(a.atttypid, NULL) AS data_type,
    format_type(a.atttypid, a.atttypmod) AS full_type,
    information_schema._pg_char_max_length(a.atttypid, a.atttypmod)::int AS character_maximum_length,
    information_schema._pg_numeric_precision(a.atttypid, a.atttypmod)::int AS numeric_precision,
    information_schema._pg_numeric_precision_radix(a.atttypid, a.atttypmod)::int AS numeric_precision_radix,
    information_schema._pg_numeric_scale(a.atttypid, a.atttypmod)::int AS numeric_scale,
    information_schema._pg_datetime_precision(a.atttypid, a.atttypmod)::int AS datetime_precision
FROM pg_gluelocal.user_tables t
JOIN pg_attribute a ON a.attrelid = t.table_id AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum;

CREATE OR REPLACE VIEW pg_catalog.svv_all_schemas AS
SELECT current_database()::varchar(128) AS database_name, nspname::varchar(128) AS schema_name,
    nspowner::bigint::int AS schema_owner, 'local'::varchar(128) AS schema_type,
    array_to_string(nspacl, '~')::varchar(128) AS schema_acl,
    NULL::varchar(128) AS source_database, NULL::varchar(128) AS schema_option
FROM pg_namespace
WHERE nspname NOT IN ('pg_gluelocal', 'pg_toast') AND nspname NOT LIKE 'pg\_temp%'
    AND nspname NOT LIKE 'pg\_toast\_temp%';
CREATE OR REPLACE VIEW pg_catalog.svv_redshift_schemas AS
SELECT database_name, schema_name, schema_owner, schema_type, schema_acl, schema_option
FROM pg_catalog.svv_all_schemas;

CREATE OR REPLACE VIEW pg_catalog.svv_all_tables AS
SELECT current_database()::varchar(128) AS database_name, schema_name::varchar(128) AS schema_name,
    table_name::varchar(128) AS table_name,
    CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'VIEW' ELSE 'TABLE' END::varchar(128) AS table_type,
    array_to_string(relacl, '~')::varchar(128) AS table_acl,
    obj_description(table_id, 'pg_class')::varchar(128) AS remarks
FROM pg_gluelocal.user_tables;
CREATE OR REPLACE VIEW pg_catalog.svv_redshift_tables AS
SELECT database_name, schema_name, table_name, table_type, table_acl, remarks
FROM pg_catalog.svv_all_tables;

CREATE OR REPLACE VIEW pg_catalog.svv_all_columns AS
SELECT current_database()::varchar(128) AS database_name, schema_name::varchar(128) AS schema_name,
    table_name::varchar(128) AS table_name, column_name::varchar(128) AS column_name,
    ordinal_position::int AS ordinal_position, column_default::varchar(4000) AS column_default,
    CASE WHEN attnotnull THEN 'NO' ELSE 'YES' END::varchar(3) AS is_nullable,
    data_type::varchar(128) AS data_type, character_maximum_length, numeric_precision,
    numeric_scale, col_description(table_id, ordinal_position)::varchar(256) AS remarks
FROM pg_gluelocal.user_columns;
CREATE OR REPLACE VIEW pg_catalog.svv_redshift_columns AS
SELECT database_name, schema_name, table_name, column_name, ordinal_position, data_type,
    column_default, is_nullable, NULL::varchar(128) AS encoding, NULL::boolean AS distkey,
    NULL::int AS sortkey, NULL::varchar(128) AS column_acl, remarks
FROM pg_catalog.svv_all_columns;

CREATE OR REPLACE VIEW pg_catalog.svv_tables AS
SELECT current_database()::varchar AS table_catalog, schema_name::varchar AS table_schema,
    table_name::varchar AS table_name,
    CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'VIEW' ELSE 'BASE TABLE' END::varchar AS table_type,
    obj_description(table_id, 'pg_class')::varchar AS remarks
FROM pg_gluelocal.user_tables;

CREATE OR REPLACE VIEW pg_catalog.svv_columns AS
SELECT current_database()::varchar AS table_catalog, schema_name::varchar AS table_schema,
    table_name::varchar AS table_name, column_name::varchar AS column_name,
    ordinal_position::int AS ordinal_position, column_default::varchar AS column_default,
    CASE WHEN attnotnull THEN 'NO' ELSE 'YES' END::varchar AS is_nullable,
    data_type::varchar AS data_type, character_maximum_length, numeric_precision,
    numeric_precision_radix, numeric_scale, datetime_precision,
    NULL::varchar AS interval_type, NULL::varchar AS interval_precision,
    NULL::varchar AS character_set_catalog, NULL::varchar AS character_set_schema,
    NULL::varchar AS character_set_name, NULL::varchar AS collation_catalog,
    NULL::varchar AS collation_schema, NULL::varchar AS collation_name,
    NULL::varchar AS domain_name, col_description(table_id, ordinal_position)::varchar AS remarks
FROM pg_gluelocal.user_columns;

-- External schemas and tables don't exist here: the views are there for drivers and are empty.
CREATE OR REPLACE VIEW pg_catalog.svv_external_schemas AS
SELECT NULL::oid AS esoid, NULL::smallint AS eskind, NULL::name AS schemaname, NULL::int AS esowner,
    NULL::text AS databasename, NULL::text AS esoptions WHERE false;
CREATE OR REPLACE VIEW pg_catalog.svv_external_tables AS
SELECT NULL::text AS redshift_database_name, NULL::text AS schemaname, NULL::text AS tablename,
    NULL::text AS location, NULL::text AS input_format, NULL::text AS output_format,
    NULL::text AS serialization_lib, NULL::text AS serde_parameters, NULL::int AS compressed,
    NULL::text AS parameters, NULL::text AS tabletype WHERE false;
CREATE OR REPLACE VIEW pg_catalog.svv_external_columns AS
SELECT NULL::text AS redshift_database_name, NULL::text AS schemaname, NULL::text AS tablename,
    NULL::text AS columnname, NULL::text AS external_type, NULL::int AS columnnum,
    NULL::int AS part_key, NULL::text AS is_nullable WHERE false;

-- Views always bind here, so there are no late-binding ones.
CREATE OR REPLACE FUNCTION pg_catalog.pg_get_late_binding_view_cols() RETURNS SETOF record
LANGUAGE sql STABLE AS $$
    SELECT NULL::name, NULL::name, NULL::name, NULL::text, NULL::int WHERE false
$$;

CREATE OR REPLACE VIEW pg_catalog.svv_redshift_databases AS
SELECT datname::varchar(128) AS database_name, datdba::bigint::int AS database_owner,
    'local'::varchar(32) AS database_type, array_to_string(datacl, '~')::varchar(128) AS database_acl,
    NULL::varchar(128) AS database_options, 'Snapshot Isolation'::varchar(128) AS database_isolation_level
FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres';

CREATE OR REPLACE VIEW pg_catalog.pg_table_def AS
SELECT schema_name AS schemaname, table_name AS tablename, column_name AS "column", full_type AS type,
    coalesce(attributes #>> ARRAY['encodings', column_name], 'none')::char(32) AS encoding,
    coalesce(attributes ->> 'distkey' = column_name, false) AS distkey,
    coalesce((SELECT n::int FROM jsonb_array_elements_text(attributes -> 'sortkeys')
        WITH ORDINALITY AS keys (name, n) WHERE name = column_name), 0) AS sortkey,
    attnotnull AS "notnull"
FROM pg_gluelocal.user_columns
WHERE relkind IN ('r', 'p') AND schema_name = ANY (current_schemas(true));

CREATE OR REPLACE VIEW pg_catalog.svv_table_info AS
SELECT current_database()::text AS database, schema_name::text AS schema, table_id,
    table_name::text AS "table",
    CASE WHEN attributes ? 'encodings' THEN 'Y' ELSE 'N' END::text AS encoded,
    CASE WHEN attributes ? 'distkey' THEN 'KEY(' || (attributes ->> 'distkey') || ')'
        ELSE coalesce(attributes ->> 'diststyle', 'AUTO(ALL)') END::text AS diststyle,
    coalesce(attributes #>> ARRAY['sortkeys', '0'], 'AUTO(SORTKEY)')::text AS sortkey1,
    (SELECT max(c.character_maximum_length) FROM pg_gluelocal.user_columns c
        WHERE c.table_id = t.table_id) AS max_varchar,
    jsonb_array_length(coalesce(attributes -> 'sortkeys', '[]')) AS sortkey_num,
    (pg_table_size(table_id) / 1048576)::bigint AS size,
    greatest(reltuples, 0)::numeric(38, 0) AS tbl_rows,
    greatest(reltuples, 0)::numeric(38, 0) AS estimated_visible_rows
FROM pg_gluelocal.user_tables t
WHERE relkind IN ('r', 'p') AND relpersistence <> 't' AND schema_name <> 'pg_catalog'
    AND schema_name <> 'information_schema';

GRANT SELECT ON ALL TABLES IN SCHEMA pg_gluelocal TO PUBLIC;
GRANT SELECT ON pg_catalog.stl_load_errors, pg_catalog.sys_load_error_detail,
    pg_catalog.svv_all_schemas, pg_catalog.svv_redshift_schemas, pg_catalog.svv_all_tables,
    pg_catalog.svv_redshift_tables, pg_catalog.svv_all_columns, pg_catalog.svv_redshift_columns,
    pg_catalog.svv_tables, pg_catalog.svv_columns, pg_catalog.svv_external_schemas,
    pg_catalog.svv_external_tables, pg_catalog.svv_external_columns,
    pg_catalog.svv_redshift_databases, pg_catalog.pg_table_def, pg_catalog.svv_table_info
TO PUBLIC;

-- Functions --------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION pg_catalog.version() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT 'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.100000'::text
$$;

-- GETDATE is the statement's time and SYSDATE the transaction's, both without a zone.
CREATE OR REPLACE FUNCTION pg_catalog.getdate() RETURNS timestamp LANGUAGE sql STABLE AS $$
    SELECT date_trunc('second', statement_timestamp() AT TIME ZONE 'UTC')
$$;
CREATE OR REPLACE FUNCTION pg_catalog.sysdate() RETURNS timestamp LANGUAGE sql STABLE AS $$
    SELECT now() AT TIME ZONE 'UTC'
$$;
CREATE OR REPLACE FUNCTION pg_catalog.nvl(VARIADIC anycompatiblearray) RETURNS anycompatible
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT value FROM unnest($1) WITH ORDINALITY AS listed (value, n)
    WHERE value IS NOT NULL ORDER BY n LIMIT 1
$$;
CREATE OR REPLACE FUNCTION pg_catalog.len(text) RETURNS int
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT char_length($1) $$;
CREATE OR REPLACE FUNCTION pg_catalog.charindex(text, text) RETURNS int
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT strpos($2, $1) $$;
-- Two arguments remove what matches, everywhere.
CREATE OR REPLACE FUNCTION pg_catalog.regexp_replace(text, text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT regexp_replace($1, $2, '', 'g') $$;
CREATE OR REPLACE FUNCTION pg_catalog.json_extract_path_text(text, VARIADIC text[]) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT coalesce($1::jsonb #>> $2, '') $$;
CREATE OR REPLACE FUNCTION pg_catalog.json_extract_array_element_text(text, int) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT $1::jsonb ->> $2 $$;
CREATE OR REPLACE FUNCTION pg_catalog.json_array_length(text) RETURNS int
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT jsonb_array_length($1::jsonb) $$;
CREATE OR REPLACE FUNCTION pg_catalog.json_parse(text) RETURNS pg_catalog.super
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT $1::jsonb::pg_catalog.super $$;
CREATE OR REPLACE FUNCTION pg_catalog.json_serialize(pg_catalog.super) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT $1::text $$;
CREATE OR REPLACE FUNCTION pg_catalog.can_json_parse(text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT $1 IS JSON $$;
CREATE OR REPLACE FUNCTION pg_catalog.is_valid_json(text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT $1 IS JSON OBJECT $$;
CREATE OR REPLACE FUNCTION pg_catalog.convert_timezone(text, timestamp) RETURNS timestamp
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$ SELECT $2 AT TIME ZONE 'UTC' AT TIME ZONE $1 $$;
CREATE OR REPLACE FUNCTION pg_catalog.convert_timezone(text, text, timestamp) RETURNS timestamp
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$ SELECT $3 AT TIME ZONE $1 AT TIME ZONE $2 $$;
CREATE OR REPLACE FUNCTION pg_catalog.last_day(timestamp) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT (date_trunc('month', $1) + interval '1 month' - interval '1 day')::date
$$;
-- The last day of a month stays the last day (Redshift, ADD_MONTHS).
CREATE OR REPLACE FUNCTION pg_catalog.add_months(timestamp, int) RETURNS timestamp
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN $1::date = pg_catalog.last_day($1)
        THEN pg_catalog.last_day($1 + make_interval(months => $2)) + $1::time
        ELSE $1 + make_interval(months => $2) END
$$;
CREATE OR REPLACE FUNCTION pg_catalog.trunc(timestamp) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT $1::date $$;
CREATE OR REPLACE FUNCTION pg_catalog.sha2(text, int) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE $2
        WHEN 224 THEN encode(sha224(convert_to($1, 'UTF8')), 'hex')
        WHEN 384 THEN encode(sha384(convert_to($1, 'UTF8')), 'hex')
        WHEN 512 THEN encode(sha512(convert_to($1, 'UTF8')), 'hex')
        WHEN 256 THEN encode(sha256(convert_to($1, 'UTF8')), 'hex')
        WHEN 0 THEN encode(sha256(convert_to($1, 'UTF8')), 'hex') END
$$;
