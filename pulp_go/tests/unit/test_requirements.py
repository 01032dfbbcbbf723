"""What the plugin stands on is new enough."""

import re
from pathlib import Path

import pytest

REQUIREMENTS = Path(__file__).parents[3] / "requirements.txt"


@pytest.mark.case("C-25")  # chunked uploads: pulpcore#6381, fixed in 3.106
@pytest.mark.case("C-35")  # temporary files of metadata: pulpcore#7846, fixed in 3.116
def test_pulpcore_has_the_fixes():
    (minor,) = re.findall(r"(?m)^pulpcore>=3\.([0-9]+),<", REQUIREMENTS.read_text(), re.ASCII)
    assert int(minor) >= 116
