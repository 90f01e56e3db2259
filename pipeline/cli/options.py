"""`--reason`: why somebody decided something, as a report prints it."""

import unicodedata

import click


class Reason(click.ParamType[str]):
    """A line of text that says something."""

    name = "text"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        reason = " ".join(str(value).split())
        if not reason:
            self.fail("it is empty: say why, for example 'a guest charged'", param, ctx)
        if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in reason):
            self.fail(f"{reason!r} holds signs that cannot be printed", param, ctx)
        return reason
