"""The verifier that travels inside every evidence package: `verify.py` imports nothing of ours."""

from pathlib import Path

SCRIPT = Path(__file__).with_name("verify.py")
"""Copied byte for byte into packages."""
