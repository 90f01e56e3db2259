"""Loading claims into the fact tables, from which the marts compute what is still to be claimed.

As claims/ only grows, only new claims are loaded. A claim in the tables that is missing from the folder, or has another
manifest there, was lost or changed. Then, or if a claim cannot be read, the account cannot claim anything, but the rest
of the archive is brought up to date.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from pipeline.claims.folder import StoredClaim, read_claims
from pipeline.database.connection import transaction
from pipeline.database.insert import insert
from pipeline.errors import ClaimError

_RESTORE = "See what was changed with: ladebog verify. Restore the claim's folder from a backup"
_RESTORE_OR_REBUILD = f"{_RESTORE}. If it is lost for good, its loss can be accepted after: ladebog rebuild"


def load_folder(connection: duckdb.DuckDBPyConnection, folder: Path) -> ClaimError | None:
    """Load the new claims of claims/<account>. Returns why they cannot be used, or None."""
    try:
        load_claims(connection, folder.name, read_claims(folder))
    except ClaimError as error:
        return error
    return None


def store_faults(connection: duckdb.DuckDBPyConnection, errors: Mapping[str, ClaimError | None]) -> None:
    """Replace what is known of the accounts whose claims cannot be used; a change makes the next refresh look at it."""
    faults = [(account, str(error), error.advice) for account, error in sorted(errors.items()) if error]
    if connection.execute("select * from facts.claim_faults order by account").fetchall() == faults:
        return
    with transaction(connection):
        connection.execute("delete from facts.claim_faults")
        insert(connection, "facts.claim_faults", faults)
        connection.execute("update facts.settings set loaded_lines = -1")


def load_claims(connection: duckdb.DuckDBPyConnection, account: str, claims: list[StoredClaim]) -> None:
    """Load an account's new claims, in one transaction. Raises ClaimError if an older one was lost or changed."""
    query = "select number, manifest_sha256 from facts.claims where account = ? order by number"
    loaded_claims: dict[int, str] = dict(connection.execute(query, [account]).fetchall())
    on_disk = {stored_claim.claim.number: stored_claim.manifest_sha256 for stored_claim in claims}
    for number, manifest_sha256 in loaded_claims.items():
        if on_disk.get(number) != manifest_sha256:
            raise ClaimError(
                f"Claim {number} of account {account} was lost or changed after it was made.",
                _RESTORE_OR_REBUILD if number > max(on_disk, default=0) else _RESTORE,
            )
    new_claims = [stored_claim for stored_claim in claims if stored_claim.claim.number not in loaded_claims]
    if not new_claims:
        return
    with transaction(connection):
        insert(connection, "facts.claims", [_claim_row(stored_claim) for stored_claim in new_claims])
        insert(connection, "claim_lines", [row for stored_claim in new_claims for row in _line_rows(stored_claim)])


def _claim_row(stored_claim: StoredClaim) -> tuple[Any, ...]:
    claim = stored_claim.claim
    return (
        claim.account,
        claim.number,
        claim.kind,
        claim.month,
        claim.car,
        claim.policy.account.currency,
        claim.created_at,
        claim.reverses,
        stored_claim.manifest_sha256,
        len(claim.attachments),
    )


def _line_rows(stored_claim: StoredClaim) -> list[tuple[Any, ...]]:
    return [
        (
            stored_claim.claim.account,
            stored_claim.claim.number,
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
        for place, line in enumerate(stored_claim.claim.lines, start=1)
    ]
