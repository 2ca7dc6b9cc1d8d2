"""What only batch analysis needs: asked for before it is used, so that its absence has a clear message."""

import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

from projections.batch.errors import EngineMissing

EngineName = Literal["duckdb", "spark"]

JAVA_LEAST: Final = 17
"""The oldest Java that Spark 4 runs on."""

_VERSION: Final = re.compile(r'version "(?P<major>[0-9]+)')


def require(extra: str, *modules: str) -> None:
    """Nothing, if all `modules` can be imported.

    Raises:
        EngineMissing: one cannot; `extra` is the extra of this package that brings it.
    """
    for module in modules:
        if find_spec(module) is None:
            raise EngineMissing(
                module,
                f"pip install 'ipledger[{extra}]', in a checkout: make {_target(extra)}",
                f"请运行 pip install 'ipledger[{extra}]'，在源码目录中则运行 make {_target(extra)}",
            )


def require_duckdb() -> None:
    """Nothing, if exports can be written and asked on this machine; else EngineMissing."""
    require("batch", "pyarrow", "duckdb")


def require_spark() -> None:
    """Nothing, if Spark and a Java for it are there; else EngineMissing."""
    require_duckdb()
    require("spark", "pyspark")
    if _java_major() < JAVA_LEAST:
        raise EngineMissing(
            f"Java {JAVA_LEAST}",
            f"Spark needs a Java runtime of version {JAVA_LEAST} or newer, in JAVA_HOME or on the PATH "
            "(Debian: apt-get install openjdk-17-jre-headless)",
            f"Spark 需要 Java {JAVA_LEAST} 或更高版本，由 JAVA_HOME 或 PATH 指定"
            "（Debian：apt-get install openjdk-17-jre-headless）",
        )


def _target(extra: str) -> str:
    return "spark" if extra == "spark" else "install"


def _java_major() -> int:
    """The major version of the Java that Spark would start; 0 where there is none."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin") if home else None)
    if java is None:
        return 0
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 -- the user's own Java
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = _VERSION.search(said.stderr + said.stdout)
    return int(match["major"]) if match else 0
