"""What a deployment on AWS costs: the template's billed resources times infra/prices.yml."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

from imdb_etl.config import build
from imdb_etl.errors import ConfigError
from imdb_etl.ops.settings import AwsSettings

HOURS_A_MONTH = 730
# What infra/template.yaml makes; tests/test_template.py compares.
ENDPOINTS = 3
JOB_DPUS = 2
CRAWLERS = 2
# Passed and failed rules of the default ruleset.
METRICS = 2

Read = Literal["aws", "third party", "unverified"]


@dataclass(frozen=True)
class Price:
    """One list price; `read` says how sure it is (infra/prices.yml)."""

    usd: float
    unit: str
    page: str
    read: Read


@dataclass(frozen=True)
class PriceList:
    """The prices by name; `prices` has those that a cost line below names."""

    region: str
    collected: str
    prices: Mapping[str, Price]
    run: Mapping[str, float]
    stored_gb: float


@dataclass(frozen=True)
class CostLine:
    """`quantity` of `unit`s at `price` dollars each."""

    what: str
    quantity: float
    unit: str
    price: float
    read: Read

    @property
    def dollars(self) -> float:
        return self.quantity * self.price


@dataclass(frozen=True)
class Costs:
    """Dollars a month while nothing runs, and dollars a run; `region` is the prices' own."""

    region: str
    collected: str
    at_rest: tuple[CostLine, ...]
    a_run: tuple[CostLine, ...]

    @property
    def month(self) -> float:
        return sum(line.dollars for line in self.at_rest)

    @property
    def run(self) -> float:
        return sum(line.dollars for line in self.a_run)


def read_prices(file: Path) -> PriceList:
    """The price list; ConfigError names what is wrong in it."""
    try:
        return build(PriceList, yaml.safe_load(file.read_text()))
    except (OSError, yaml.YAMLError, ConfigError) as problem:
        raise ConfigError(f"{file} is no list of prices: {problem}") from problem


def estimate(prices: PriceList, aws: AwsSettings, makes_redshift: bool) -> Costs:
    """The costs of the template with these settings, for data and runs as `prices` assumes."""

    def lines() -> Iterator[tuple[bool, str, float, str]]:
        if not aws.subnet_ids:
            hours = float(ENDPOINTS * HOURS_A_MONTH)
            yield True, f"{ENDPOINTS} interface endpoints", hours, "interface_endpoint_hour"
        yield True, "secret of the Redshift user", 1, "secret_month"
        yield True, "data quality alarm", 1, "alarm_month"
        yield True, "data quality metrics", METRICS, "metric_month"
        yield True, "files in S3", prices.stored_gb, "s3_storage_gb_month"
        if makes_redshift:
            yield True, "tables in Redshift", prices.stored_gb, "redshift_storage_gb_month"
        run = prices.run
        yield False, "Glue job", JOB_DPUS * run["job_minutes"] / 60, "glue_dpu_hour"
        crawled = CRAWLERS * run["crawler_dpus"] * run["crawler_minutes"] / 60
        yield False, f"{CRAWLERS} crawlers", crawled, "crawler_dpu_hour"
        if makes_redshift:
            used = aws.redshift_capacity * run["redshift_minutes"] / 60
            yield False, "Redshift while it is used", used, "redshift_rpu_hour"

    found = [(rest, _line(prices, what, quantity, name)) for rest, what, quantity, name in lines()]
    return Costs(
        prices.region,
        prices.collected,
        tuple(line for rest, line in found if rest),
        tuple(line for rest, line in found if not rest),
    )


def _line(prices: PriceList, what: str, quantity: float, name: str) -> CostLine:
    price = prices.prices[name]
    return CostLine(what, quantity, price.unit, price.usd, price.read)
