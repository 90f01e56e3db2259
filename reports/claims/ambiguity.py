"""The error for a rendered file that two programs may read differently."""


class AmbiguousFileError(ValueError):
    """A file that may show other than what is compared. Its text completes `FILE is not what was written:`."""
