"""The collector is left as it was found, however contexts overlap."""

import gc
from contextlib import ExitStack

import pytest

from ledger.garbage import collecting_seldom


def test_contexts_that_overlap_put_the_thresholds_back_when_the_last_ends():
    """As those of two threads do: the one that began first ends first."""
    usual = gc.get_threshold()
    first, second = ExitStack(), ExitStack()
    first.enter_context(collecting_seldom())
    seldom = gc.get_threshold()
    second.enter_context(collecting_seldom())
    first.close()
    assert gc.get_threshold() == seldom != usual
    second.close()
    assert gc.get_threshold() == usual


def test_an_error_inside_puts_them_back_too():
    usual = gc.get_threshold()
    with pytest.raises(RuntimeError), collecting_seldom():
        raise RuntimeError
    assert gc.get_threshold() == usual
