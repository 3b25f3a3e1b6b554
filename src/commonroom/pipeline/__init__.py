"""The steps in order, and the questions that interfaces ask of the evidence."""

from commonroom.pipeline.build import build

__all__ = ["build"]
