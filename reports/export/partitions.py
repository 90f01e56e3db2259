"""How a mart is divided between folders: by account, and by local month if it has one or a time.

The folders are called `partition_account=home/partition_month=2025-03`. Readers make a column of each, with a type that
they guess from the folders' names. Therefore these are not called `account` and `month`: the files have these columns
themselves, and would lose them, or their types, to a guess.
"""

from collections.abc import Mapping

from pipeline.database.models import Model

ACCOUNT = "partition_account"
MONTH = "partition_month"
_MOMENT = "TIMESTAMP WITH TIME ZONE"


def divided(mart: Model, types: Mapping[str, str]) -> tuple[str, list[str]]:
    """A SELECT of a mart's rows with the columns that divide it, and the names of these; `types` is by column.

    The rows come in the order of the folders, and in each in the order of the mart's key.
    """
    month = _month(mart, types)
    partitions = [ACCOUNT, MONTH] if month else [ACCOUNT]
    months = f", {month} as {MONTH}" if month else ""
    order = ", ".join([*partitions, *(f"mart.{column}" for column in mart.key)])
    select = (
        f"select mart.*, mart.account as {ACCOUNT}{months} from {mart.name} as mart "  # noqa: S608 (names of our own)
        f"left join facts.accounts as accounts on mart.account = accounts.account order by {order}"
    )
    return select, partitions


def _month(mart: Model, types: Mapping[str, str]) -> str | None:
    """The month of a row: its own, that of its day, or the local month of its stop, or else of its first time."""
    if mart.key == ("account",):  # one row per account
        return None
    for column in ("month", "day"):
        if types.get(column) == "DATE":
            return f"month_text(mart.{column})"
    moments = [column for column, kind in types.items() if kind == _MOMENT]
    if not moments:
        return None
    moment = "stopped_at" if "stopped_at" in moments else moments[0]
    return f"month_text(local_time(mart.{moment}, accounts.timezone))"
