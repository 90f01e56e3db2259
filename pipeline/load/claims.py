"""Loading claims into the fact tables, from which the marts compute what is still to be claimed.

As claims/ only grows, only new claims are loaded. A claim in the tables that is missing from the folder, or has another
manifest there, was lost or changed.
"""

from typing import Any

import duckdb

from pipeline.claims.folder import StoredClaim
from pipeline.database.connection import transaction
from pipeline.database.insert import insert
from pipeline.errors import ClaimError


def load_claims(connection: duckdb.DuckDBPyConnection, account: str, claims: list[StoredClaim]) -> None:
    """Load an account's new claims, in one transaction. Raises ClaimError if an older one was lost or changed."""
    query = "select number, manifest_sha256 from facts.claims where account = ? order by number"
    loaded: dict[int, str] = dict(connection.execute(query, [account]).fetchall())
    on_disk = {stored.claim.number: stored.manifest_sha256 for stored in claims}
    for number, manifest_sha256 in loaded.items():
        if on_disk.get(number) != manifest_sha256:
            raise ClaimError(
                f"Claim {number} of account {account} was lost or changed after it was made.",
                "See what was changed with: ladebog verify. Restore the claim's folder from a backup",
            )
    new = [stored for stored in claims if stored.claim.number not in loaded]
    if not new:
        return
    with transaction(connection):
        insert(connection, "facts.claims", [_claim_row(stored) for stored in new])
        insert(connection, "claim_lines", [row for stored in new for row in _line_rows(stored)])


def _claim_row(stored: StoredClaim) -> tuple[Any, ...]:
    claim = stored.claim
    return (
        claim.account,
        claim.number,
        claim.kind,
        claim.month,
        claim.car,
        claim.policy.account.currency,
        claim.created_at,
        claim.reverses,
        stored.manifest_sha256,
    )


def _line_rows(stored: StoredClaim) -> list[tuple[Any, ...]]:
    return [
        (
            stored.claim.account,
            stored.claim.number,
            place,
            line.session_id,
            line.month,
            line.car,
            line.currency,
            line.energy_kwh,
            line.amount_incl_tax,
            line.tax_amount,
            line.revision,
            line.correction.claim if line.correction else None,
            line.correction.reason if line.correction else None,
        )
        for place, line in enumerate(stored.claim.lines, start=1)
    ]
