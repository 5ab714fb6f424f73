"""The options of a COPY, read from its statement (Redshift, "COPY" and its parameter pages).

Every option is either understood, or ignored because it means nothing to the result (COMPUPDATE,
STATUPDATE, COMPROWS, REGION), or refused by its name. None is skipped over.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class CopyOptions:
    """One COPY. `columns` is None when the statement lists none; texts are already unescaped."""

    table: tuple[str, ...]
    source: str
    columns: tuple[str, ...] | None = None
    format: str = "TEXT"
    format_argument: str = ""
    authorization: str = ""
    delimiter: str = ""
    quote: str = '"'
    compression: str = ""
    manifest: bool = False
    region: str = ""
    accept_any_date: bool = False
    accept_inv_chars: str = ""
    blanks_as_null: bool = False
    empty_as_null: bool = False
    date_format: str = ""
    time_format: str = ""
    encoding: str = "UTF8"
    escape: bool = False
    explicit_ids: bool = False
    fill_record: bool = False
    ignore_blank_lines: bool = False
    ignore_header: int = 0
    null_as: str = "\\N"
    remove_quotes: bool = False
    round_decimals: bool = False
    trim_blanks: bool = False
    truncate_columns: bool = False
    max_error: int = 0
    ignore_all_errors: bool = False
    no_load: bool = False

    @property
    def table_text(self) -> str:
        """The table's name as Redshift's messages give it."""
        return self.table[-1]

    @property
    def error_limit(self) -> int:
        """The load fails when so many rows are bad; 0 and 1 mean the same."""
        return 1 << 62 if self.ignore_all_errors else max(self.max_error, 1)
