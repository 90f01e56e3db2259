"""Claims as rows of the fact tables, so that what is due follows from what was claimed.

claims/ only grows, so the tables take what is new in it; a claim that they hold and the folder does not, or holds
otherwise, was lost or changed.
"""

from typing import Any

import duckdb

from pipeline.claims.folder import StoredClaim
from pipeline.database.connection import transaction
from pipeline.database.insert import insert
from pipeline.errors import ClaimError


def load_claims(connection: duckdb.DuckDBPyConnection, account: str, filed: list[StoredClaim]) -> None:
    """Bring an account's new claims into the fact tables, in one transaction.

    Raises ClaimError if one that the tables hold is gone or has another manifest.
    """
    query = "select number, manifest_sha256 from facts.claims where account = ? order by number"
    held: dict[int, str] = dict(connection.execute(query, [account]).fetchall())
    on_disk = {found.claim.number: found.manifest_sha256 for found in filed}
    for number, manifest_sha256 in held.items():
        if on_disk.get(number) != manifest_sha256:
            raise ClaimError(
                f"Claim {number} of account {account} is no longer what it was when it was made.",
                "See what is off with: ladebog verify (and put the claim's folder back from a backup)",
            )
    new = [found for found in filed if found.claim.number not in held]
    if not new:
        return
    with transaction(connection):
        insert(connection, "facts.claims", [_claim_row(found) for found in new])
        insert(connection, "claim_lines", [row for found in new for row in _line_rows(found)])


def _claim_row(found: StoredClaim) -> tuple[Any, ...]:
    claim = found.claim
    return (
        claim.account,
        claim.number,
        claim.kind,
        claim.month,
        claim.car,
        claim.policy.account.currency,
        claim.created_at,
        claim.reverses,
        found.manifest_sha256,
    )


def _line_rows(found: StoredClaim) -> list[tuple[Any, ...]]:
    return [
        (
            found.claim.account,
            found.claim.number,
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
        for place, line in enumerate(found.claim.lines, start=1)
    ]
