"""Stored rulesets: Create, Get, Update, Delete and List, with the text checked by dqdl.

Names and fields: the Glue API, "Data Quality API" (glue-2017-03-31). AWS refuses text that is not
valid DQDL with InvalidInputException; ours names the line and column.
"""

import json
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dqdl
from dqdl.errors import DqdlError
from gluelocal.account import write_private
from gluelocal.endpoint import ApiError, Operation

MAX_RULESET_LENGTH = 65536


class Rulesets:
    """The account's rulesets, in one file."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "rulesets.json"
        self._lock = threading.Lock()
        self._stored: dict[str, dict[str, Any]] = (
            json.loads(self._file.read_text()) if self._file.is_file() else {}
        )

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CreateDataQualityRuleset": self.create,
            "GetDataQualityRuleset": self.get,
            "UpdateDataQualityRuleset": self.update,
            "DeleteDataQualityRuleset": self.delete,
            "ListDataQualityRulesets": self.list_,
        }

    def create(self, request: Mapping[str, Any]) -> dict[str, Any]:
        name = _name(request)
        _check(request.get("Ruleset"))
        with self._lock:
            if name in self._stored:
                raise ApiError("AlreadyExistsException", f"Data quality ruleset {name} exists.")
            now = time.time()
            kept = {k: request[k] for k in ("Name", "Description", "Ruleset") if k in request}
            if "TargetTable" in request:
                kept["TargetTable"] = request["TargetTable"]
            self._stored[name] = kept | {"CreatedOn": now, "LastModifiedOn": now}
            self._save()
        return {"Name": name}

    def get(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return self._existing(_name(request))

    def update(self, request: Mapping[str, Any]) -> dict[str, Any]:
        name = _name(request)
        if "Ruleset" in request:
            _check(request["Ruleset"])
        with self._lock:
            changed = dict(self._existing(name))
            changed.update({k: request[k] for k in ("Description", "Ruleset") if k in request})
            changed["LastModifiedOn"] = time.time()
            self._stored[name] = changed
            self._save()
        return {k: changed[k] for k in ("Name", "Description", "Ruleset") if k in changed}

    def delete(self, request: Mapping[str, Any]) -> dict[str, Any]:
        name = _name(request)
        with self._lock:
            self._existing(name)
            del self._stored[name]
            self._save()
        return {}

    def list_(self, request: Mapping[str, Any]) -> dict[str, Any]:
        if unsupported := set(request) - {"MaxResults"}:
            raise ApiError(
                "UnsupportedOperationException",
                f"gluelocal lists all rulesets at once, without {', '.join(sorted(unsupported))}.",
            )
        shown = ("Name", "Description", "CreatedOn", "LastModifiedOn", "TargetTable")
        return {
            "Rulesets": [
                {key: kept[key] for key in shown if key in kept}
                | {"RuleCount": len(dqdl.parse(kept["Ruleset"]).rules)}
                for kept in sorted(self._stored.values(), key=lambda kept: kept["Name"])
            ]
        }

    def _existing(self, name: str) -> dict[str, Any]:
        try:
            return self._stored[name]
        except KeyError:
            raise ApiError(
                "EntityNotFoundException", f"Data quality ruleset {name} not found."
            ) from None

    def _save(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        write_private(self._file, json.dumps(self._stored, indent=1))


def _name(request: Mapping[str, Any]) -> str:
    name = request.get("Name")
    if not isinstance(name, str) or not name:
        raise ApiError("InvalidInputException", "A data quality ruleset needs a Name.")
    return name


def _check(text: object) -> None:
    if not isinstance(text, str) or not 1 <= len(text) <= MAX_RULESET_LENGTH:
        raise ApiError(
            "InvalidInputException", f"Ruleset must have 1 to {MAX_RULESET_LENGTH} characters."
        )
    try:
        dqdl.parse(text)
    except DqdlError as problem:
        raise ApiError("InvalidInputException", str(problem)) from problem
