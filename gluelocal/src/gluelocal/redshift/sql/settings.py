"""SET, RESET and SHOW of settings that only Redshift has.

PostgreSQL takes unknown settings only with a dot in their name, so they live under `redshift.`.
"""

from gluelocal.redshift.sql.steps import PassThrough, Statement, Step
from gluelocal.redshift.sql.tokens import Cursor

CASE_SENSITIVE_SETTING = "enable_case_sensitive_identifier"

# Amazon Redshift Database Developer Guide, "Configuration reference", and what the drivers set.
REDSHIFT_SETTINGS = frozenset(
    (
        CASE_SENSITIVE_SETTING,
        "activate_aqua",
        "analyze_threshold_percent",
        "auto_mv",
        "cast_super_null_on_error",
        "datashare_break_glass_session_var",
        "default_geometry_encoding",
        "describe_field_name_in_uppercase",
        "downcase_delimited_identifier",
        "enable_case_sensitive_super_attribute",
        "enable_numeric_rounding",
        "enable_result_cache_for_session",
        "enable_vacuum_boost",
        "error_on_nondeterministic_update",
        "json_parse_truncate_strings",
        "json_serialization_enable",
        "json_serialization_parse_nested_strings",
        "max_concurrency_scaling_clusters",
        "max_cursor_result_set_size",
        "mv_enable_aqmv_for_session",
        "navigate_super_null_on_error",
        "parse_super_null_on_error",
        "pg_federation_repeatable_read",
        "query_group",
        "spectrum_query_maxerror",
        "statement_queue_timeout",
        "use_fips_ssl",
        "wlm_query_slot_count",
    )
)


def rewrite_setting(statement: Statement, cursor: Cursor) -> Step:
    """From behind SET, RESET or SHOW on."""
    cursor.take_any("SESSION", "LOCAL")
    token = cursor.next()
    if token is None or token.value.lower() not in REDSHIFT_SETTINGS:
        return PassThrough(statement.rewritten())
    name = token.value.lower()
    statement.edits.replace_token(token, f"redshift.{name}")
    if name == CASE_SENSITIVE_SETTING and statement.tokens[0].word != "SHOW":
        cursor.take_any("TO", "=")
        value = cursor.next()
        on = value is not None and value.value.lower() in ("true", "on", "1", "yes")
        statement.dialect.case_sensitive = on
    return PassThrough(statement.rewritten())
