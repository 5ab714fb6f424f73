"""The package imdb_etl as one archive for --extra-py-files."""

from pathlib import Path

from hatchling.builders.wheel import WheelBuilder


def build_package(root: Path, folder: Path) -> Path:
    """Builds the wheel of the project at `root` into `folder`.

    It is named .zip: Glue puts archives on the Python path as Spark does, which takes .zip and
    .egg (Glue developer guide, "Zipping libraries for inclusion"), and a wheel is a zip archive
    with its packages at the root.
    """
    builder = WheelBuilder(str(root))
    (wheel,) = builder.build(directory=str(folder), versions=["standard"])
    return Path(wheel).rename(folder / "imdb_etl.zip")
