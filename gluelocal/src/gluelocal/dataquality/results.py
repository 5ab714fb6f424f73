"""Data quality results: kept one file a result, and served as the Glue API does.

Names, fields and limits: the Glue API, "Data Quality API" (glue-2017-03-31).
"""

import json
import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gluelocal.account import write_private
from gluelocal.endpoint import ApiError, Operation

MAX_BATCH = 100
MAX_PAGE = 1000

_RESULT_ID = re.compile(r"dqresult-[0-9a-f]{40}")
_NEEDED = ("RuleResults", "Score", "EvaluationContext", "StartedOn", "CompletedOn", "JobName")
_LISTED = ("ResultId", "DataSource", "JobName", "JobRunId", "StartedOn")
_FILTERS = frozenset({"DataSource", "JobName", "JobRunId", "StartedAfter", "StartedBefore"})

Result = Mapping[str, Any]


class Results:
    """All results of the account; one is on disk before `put` returns."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._kept: dict[str, Result] = {}
        for file in folder.glob("dqresult-*.json"):
            result = json.loads(file.read_text())
            self._kept[result["ResultId"]] = result

    def operations(self) -> Mapping[str, Operation]:
        return {
            "GetDataQualityResult": self.get,
            "BatchGetDataQualityResult": self.batch_get,
            "ListDataQualityResults": self.list_,
        }

    def put(self, result: Result) -> None:
        """Keeps a `checked` result."""
        with self._lock:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_private(self._folder / f"{result['ResultId']}.json", json.dumps(result, indent=1))
            self._kept[result["ResultId"]] = result

    def get(self, request: Mapping[str, Any]) -> Result:
        result_id = request.get("ResultId")
        if not isinstance(result_id, str) or not result_id:
            raise ApiError("InvalidInputException", "GetDataQualityResult needs a ResultId.")
        try:
            return self._kept[result_id]
        except KeyError:
            raise ApiError(
                "EntityNotFoundException", f"Data quality result {result_id} not found."
            ) from None

    def batch_get(self, request: Mapping[str, Any]) -> dict[str, Any]:
        ids = request.get("ResultIds")
        if not isinstance(ids, list) or not 1 <= len(ids) <= MAX_BATCH:
            raise ApiError("InvalidInputException", f"ResultIds takes 1 to {MAX_BATCH} ids.")
        missing = [result_id for result_id in ids if result_id not in self._kept]
        return {
            "Results": [self._kept[result_id] for result_id in ids if result_id in self._kept],
            **({"ResultsNotFound": missing} if missing else {}),
        }

    def list_(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Newest first; a page goes on after the result that NextToken names."""
        size = request.get("MaxResults", MAX_PAGE)
        if not isinstance(size, int) or not 1 <= size <= MAX_PAGE:
            raise ApiError(
                "InvalidInputException", f"MaxResults is {size!r}; it takes 1 to {MAX_PAGE}."
            )
        wanted = request.get("Filter") or {}
        if unknown := set(wanted) - _FILTERS:
            named, valid = ", ".join(sorted(unknown)), ", ".join(sorted(_FILTERS))
            raise ApiError("InvalidInputException", f"Filter has no {named}; valid: {valid}.")
        with self._lock:
            kept = list(self._kept.values())
        found = sorted((one for one in kept if _matches(one, wanted)), key=_age, reverse=True)
        first = _after(found, request.get("NextToken"))
        page = found[first : first + size]
        more = {"NextToken": page[-1]["ResultId"]} if first + size < len(found) else {}
        return {
            "Results": [{key: one[key] for key in _LISTED if key in one} for one in page],
            **more,
        }


def checked(result: object) -> dict[str, Any]:
    """ApiError for what is no result: its id names a file."""
    if not isinstance(result, dict) or not _RESULT_ID.fullmatch(str(result.get("ResultId"))):
        raise ApiError(
            "InvalidInputException", "A result's ResultId is dqresult- and 40 hexadecimal digits."
        )
    if missing := [key for key in _NEEDED if key not in result]:
        raise ApiError("InvalidInputException", f"The result lacks {', '.join(missing)}.")
    return result


def _age(result: Result) -> tuple[float, str]:
    return float(result["StartedOn"]), str(result["ResultId"])


def _matches(result: Result, wanted: Mapping[str, Any]) -> bool:
    return (
        all(result.get(key) == wanted[key] for key in ("JobName", "JobRunId") if key in wanted)
        and result["StartedOn"] > wanted.get("StartedAfter", float("-inf"))
        and result["StartedOn"] < wanted.get("StartedBefore", float("inf"))
        and ("DataSource" not in wanted or _same_table(result, wanted["DataSource"]))
    )


def _same_table(result: Result, source: Mapping[str, Any]) -> bool:
    """Whether the result's table has all that the wanted one names."""
    own = result.get("DataSource", {})
    return all(kind in own and table.items() <= own[kind].items() for kind, table in source.items())


def _after(found: list[Result], token: object) -> int:
    if not token:
        return 0
    ids = [one["ResultId"] for one in found]
    if token not in ids:
        raise ApiError("InvalidInputException", f"NextToken {token!r} is not of this listing.")
    return ids.index(str(token)) + 1
