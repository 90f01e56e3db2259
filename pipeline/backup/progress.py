"""How far a long copy has come, for whoever shows it."""

from typing import Protocol


class Progress(Protocol):
    """What a backup and a restore tell while they are at it."""

    def step(self, name: str, size: int) -> None:
        """Something begins that goes over so many bytes."""

    def advance(self, size: int) -> None:
        """So many bytes more are done."""
