"""That the scanners of `make lint` refuse what they are there to refuse."""

import subprocess
from pathlib import Path

import pytest

SCAN = Path(__file__).parents[1] / ".venv" / "scan" / "bin"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SCAN.is_dir(), reason="`make lint` installs the scanners"),
]


@pytest.fixture
def broken(project, tmp_path):
    """The template with mistakes: `broken({good: bad})` is its file."""

    def made(mistakes):
        text = (project.root / "infra" / "template.yaml").read_text()
        for good, bad in mistakes.items():
            assert good in text
            text = text.replace(good, bad)
        file = tmp_path / "template.yaml"
        file.write_text(text)
        return file

    return made


def scan(*words):
    return subprocess.run(
        [SCAN / words[0], *words[1:]], capture_output=True, text=True, timeout=300, check=False
    )


def test_cfn_lint_refuses_what_the_resource_schemas_do_not_have(broken):
    file = broken(
        {"CidrIp: 0.0.0.0/0": "CidrIpp: 0.0.0.0/0", "SSEAlgorithm: AES256": "SSEAlgorithm: x"}
    )
    answer = scan("cfn-lint", str(file))
    assert answer.returncode == 2
    assert "E3002" in answer.stdout  # a property that is not there
    assert "E3030" in answer.stdout  # a value that is none of the valid ones


def test_checkov_refuses_an_open_bucket_a_wide_role_and_an_exception_that_is_gone(broken):
    file = broken(
        {
            "BlockPublicPolicy: true": "BlockPublicPolicy: false",
            "Resource: !Sub ${DataBucket.Arn}/staging/*": 'Resource: "*"',
            "- id: CKV_AWS_26": "- id: CKV_AWS_18",
        }
    )
    options = ("--framework", "cloudformation", "--compact", "--quiet", "--skip-download")
    answer = scan("checkov", *options, "--file", str(file))
    assert answer.returncode == 1
    assert {"CKV_AWS_54", "CKV_AWS_108", "CKV_AWS_111", "CKV_AWS_26"} <= {
        line.split(":")[1].strip() for line in answer.stdout.splitlines() if "Check: CKV" in line
    }
