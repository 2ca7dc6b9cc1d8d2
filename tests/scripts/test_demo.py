"""`make demo` tells its story to the end: its commands end as they should, its audit finds the change."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(("language", "found"), [("en", "position {}: DIGEST"), ("zh", "第 {} 条：DIGEST")])
def test_the_story_is_told_to_its_end(language, found, recorded):
    told = subprocess.run(
        [sys.executable, "-m", "scripts.demo"],
        env={**recorded.environment, "IPLEDGER_LANG": language},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert told.returncode == 0, told.stderr
    entries = recorded("timeline", "US:patent:15145543", "--json").json["entries"]
    (released,) = (each for each in entries if each["type"] == "pledge.released")
    assert released["number"] == "061835/0778"
    assert found.format(_position_in_the_story(told.stdout)) in told.stdout
    assert "15/145,443" in told.stdout


def _position_in_the_story(text):
    """The entry that step 8 says it changes."""
    (title,) = (line for line in text.splitlines() if line.startswith("8. "))
    return "".join(sign for sign in title[2:] if sign.isdigit())
