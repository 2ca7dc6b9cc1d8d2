"""The addresses that are served."""
