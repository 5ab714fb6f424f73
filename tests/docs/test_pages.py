"""The pages of docs/ build, lead somewhere, load nothing from elsewhere; pictures are drawn."""

import html.parser
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PAGES = [PROJECT / "README.md", PROJECT / "gluelocal/README.md", *PROJECT.glob("docs/**/*.md")]
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?P<inline>[^)\s]+)\)|(?:src|srcset)=\"(?P<picture>[^\"]+)\"")
CODE = re.compile(r"`(?P<path>[\w.-]+/[\w./-]*)`")
# Paths from the root, and modules as the pages name them: gluelocal/redshift/sql.
ROOTS = (PROJECT, PROJECT / "gluelocal/src")
MADE_BY_COMMANDS = {".gluelocal", "build", "site", "dist"}
LOADS = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "srcset"}


def name_of(page):
    return str(page.relative_to(PROJECT))


def prose(page):
    return FENCE.sub("", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_relative_link_leads_to_a_file(page):
    links = [one["inline"] or one["picture"] for one in LINK.finditer(prose(page))]
    targets = [link.partition("#")[0] for link in links if "://" not in link]
    missing = [one for one in targets if one and not (page.parent / one).is_file()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_file_of_the_project_that_a_page_names_is_there(page):
    missing = []
    for found in CODE.finditer(prose(page)):
        first = found["path"].partition("/")[0]
        ours = any((root / first).is_dir() for root in ROOTS) and first not in MADE_BY_COMMANDS
        if ours and not any((root / found["path"]).exists() for root in ROOTS):
            missing.append(found["path"])
    assert not missing


class Loaded(html.parser.HTMLParser):
    """What a browser fetches for a page by itself; links that a reader may follow are not."""

    def __init__(self):
        super().__init__()
        self.urls = []

    def handle_starttag(self, tag, attributes):
        url = dict(attributes).get(LOADS.get(tag, ""))
        if url:
            self.urls.append(url)


def test_the_site_builds_strictly_and_loads_nothing_from_another_host(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "-d", tmp_path]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    ended = subprocess.run(command, cwd=PROJECT, env=quiet, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) > len(PAGES) - 2
    for page in pages:
        loaded = Loaded()
        loaded.feed(page.read_text(encoding="utf-8"))
        assert loaded.urls
        assert [url for url in loaded.urls if "//" in url] == [], page.name
    styles = [file.read_text(encoding="utf-8") for file in tmp_path.rglob("*.css")]
    assert not any(re.search(r"url\(['\"]?(https?:)?//", style) for style in styles)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_picture_is_drawn_from_its_source(theme, tmp_path):
    pictures, drawn = PROJECT / "docs" / "pictures", tmp_path / "drawn.svg"
    d2 = Path(sys.executable).with_name("d2")
    source = pictures / f"architecture-{theme}.d2"
    subprocess.run([d2, source, drawn], check=True, capture_output=True)
    kept = pictures / f"architecture-{theme}.svg"
    assert drawn.read_bytes() == kept.read_bytes(), "the source has changed: make pictures"
