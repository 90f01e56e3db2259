"""When a login ends, and saying so while there is time."""

from datetime import datetime, timedelta

from pipeline.settings.reading import Account
from pipeline.source.credentials import Secret, expires_at

WARNED_AHEAD = timedelta(days=14)


def ends_soon(secret: Secret, now: datetime) -> bool:
    """Whether the login ends within the next days, or has ended; False where it does not say when."""
    expiry = expires_at(secret.token)
    return expiry is not None and expiry - now <= WARNED_AHEAD


def expiry_warning(account: Account, secret: Secret, now: datetime) -> str | None:
    """What to tell the user of a login that ends soon, or None."""
    expiry = expires_at(secret.token)
    if expiry is None or not ends_soon(secret, now):
        return None
    day = f"{expiry.astimezone(account.zone):%Y-%m-%d}"
    if expiry <= now:
        return f"The login of account {account.name} ended on {day}. Log in again: ladebog login {account.name}"
    days = (expiry.astimezone(account.zone).date() - now.astimezone(account.zone).date()).days
    left = "today" if days == 0 else "in 1 day" if days == 1 else f"in {days} days"
    return (
        f"The login of account {account.name} ends on {day}, {left}. Log in again before: ladebog login {account.name}"
    )
