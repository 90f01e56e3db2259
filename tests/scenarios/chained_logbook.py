"""A logbook without a database: chains of segments, journal entries and claims, which tests change by hand."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
import rfc8785

from pipeline.claims.attachments import AttachedFile, store
from pipeline.claims.document import Amounts, Claim, ClaimLine, Completeness, Correction, Head
from pipeline.claims.folder import CLAIM, MANIFEST, claim_folders, read_claims
from pipeline.claims.make import new_claim, with_files
from pipeline.errors import TamperingError
from pipeline.logbook.entries import ATTACH, AttachmentFields, SessionDecision, fields_of
from pipeline.logbook.files import file_sha256
from pipeline.logbook.folder import Logbook
from pipeline.logbook.journal import Journal
from pipeline.maintenance.backup.check import find_damage
from pipeline.maintenance.recorded import RecordedLinks
from pipeline.maintenance.verify import verify
from pipeline.raw.answer import Endpoint
from pipeline.raw.lines import RawLine, RunRecord, gzip_member, read_lines
from pipeline.raw.segments import SegmentWriter, finished_segments
from tests.reports.claims.hard_claim import corrections_claim, expected_days, expected_totals, hard_claim
from tests.scenarios.small_archive import NOON, answer

Json = dict[str, Any]

BILL = b"%PDF-1.7 bill"


@dataclass(frozen=True)
class ChainedLogbook:
    """Three segments, three journal entries with an attached file, and three claims, each made from the newest links.

    Claim 1 has two sessions, claim 2 corrects the first of them, and claim 3 reverses claim 1.
    """

    paths: Logbook

    @classmethod
    def begin(cls, root: Path) -> ChainedLogbook:
        logbook = cls(Logbook.create(root))
        journal = Journal.open(logbook.paths.journal)
        bill = AttachmentFields(account="home", name="bill.pdf", sha256=store(logbook.paths.journal, BILL))
        decision = SessionDecision(account="home", session_id="9", reason="a guest")
        all_fields = (("exclude", fields_of(decision)), (ATTACH, bill.fields), ("include", fields_of(decision)))
        first, *_ = sessions = hard_claim(sessions=2).lines[:2]
        correction = _correction(first)
        claims = (_month(sessions), _corrections((correction,)), _reversal(sessions, (correction,)))
        for number, ((action, fields), claim) in enumerate(zip(all_fields, claims, strict=True), start=1):
            logbook._write_segment(number)
            journal.append(NOON, action, fields)
            logbook._write_claim(number, claim, journal)
        return logbook

    def copied(self, root: Path) -> ChainedLogbook:
        shutil.copytree(self.paths.root, root)
        return ChainedLogbook(Logbook(root))

    @property
    def segments(self) -> list[Path]:
        return finished_segments(self.paths.raw / "home")

    @property
    def claim_folders(self) -> list[Path]:
        return claim_folders(self.paths.claims / "home")

    def faults(self) -> list[str]:
        """What `verify` and a backup report, without the logbook's own path."""
        faults = []
        for check in (self._verify, self._check_before_backup):
            with pytest.raises(TamperingError) as caught:
                check()
            faults.append(str(caught.value).replace(f"{self.paths.root}/", ""))
        return faults

    def rewrite(self, number: int, change: Callable[[list[Json]], object], *, with_checksum: bool = True) -> None:
        """Write a segment again with changed lines, by default with the checksum of these lines in its run record."""
        segment = self.segments[number - 1]
        members = _members(segment)
        lines = [json.loads(gzip.decompress(member)) for member in members]
        change(lines)
        *answers, record = [
            member if json.loads(gzip.decompress(member)) == line else gzip_member(_encoded(line))
            for member, line in zip(members, lines, strict=True)
        ]
        if with_checksum:
            lines[-1]["body"]["lines_sha256"] = sha256(b"".join(answers)).hexdigest()
            record = gzip_member(_encoded(lines[-1]))
        segment.write_bytes(b"".join([*answers, record]))

    def rewrite_line(self, number: int, place: int, **fields: str) -> None:
        """Change fields of one line of a segment, and nothing else."""
        self.rewrite(number, lambda lines: lines[place].update(fields), with_checksum=False)

    def chain_again(self) -> None:
        """Recompute the link of each segment to the one before."""
        for number in range(2, len(self.segments) + 1):
            previous = self.segments[number - 2]
            link = {"previous_segment": previous.name, "previous_sha256": file_sha256(previous)}
            self.rewrite(number, lambda lines, link=link: lines[-1]["body"].update(link))  # type: ignore[misc]

    def forge(self, number: int, change: Callable[[Json], object]) -> None:
        """Change a claim, and recompute all hashes that depend on it."""
        previous: str | None = None
        for place, folder in enumerate(self.claim_folders, start=1):
            claim = json.loads((folder / CLAIM).read_bytes())
            if place == number:
                change(claim)
            elif previous is not None:
                claim["sources"]["previous_claim"]["sha256"] = previous
            (folder / CLAIM).write_bytes(rfc8785.dumps(claim))
            manifest = json.loads((folder / MANIFEST).read_bytes())
            if previous is not None:
                manifest["previous_sha256"] = previous
            for file in manifest["files"]:
                content = (folder / file["name"]).read_bytes()
                file.update(sha256=sha256(content).hexdigest(), size=len(content))
            (folder / MANIFEST).write_bytes(rfc8785.dumps(manifest))
            previous = file_sha256(folder / MANIFEST)

    def step(self, name: str, size: int) -> None:
        """Ignore the progress of a backup."""

    def advance(self, size: int) -> None:
        """Ignore the progress of a backup."""

    def _verify(self) -> None:
        for _ in verify(self.paths, RecordedLinks(), full=False):
            pass

    def _check_before_backup(self) -> None:
        if damage := find_damage(self.paths, RecordedLinks(), self):
            raise damage

    def _write_segment(self, number: int) -> None:
        started_at = NOON + timedelta(hours=number)
        record = RunRecord(run_id=f"abc{number}", command="extract", version="0", started_at=started_at)
        with SegmentWriter.begin(self.paths.raw / "home", record) as writer:
            for place in range(2):
                body = {"session": {"id": f"{number}-{place}"}}
                writer.append(RawLine.of(answer(Endpoint.SESSION, f"{number}-{place}", body)))
            writer.finish(started_at)

    def _write_claim(self, number: int, claim: Claim, journal: Journal) -> None:
        folder = self.paths.claims / "home"
        claims = read_claims(folder)
        segment = self.segments[-1]
        assert journal.head is not None
        sources = msgspec.structs.replace(
            claim.sources,
            raw=Head(name=segment.relative_to(self.paths.raw / "home").as_posix(), sha256=file_sha256(segment)),
            journal=Head(name=str(number), sha256=journal.head),
            previous_claim=claims[-1].head if claims else None,
        )
        files = [AttachedFile("bill.pdf", BILL)] if number == 1 else []
        numbered_claim = msgspec.structs.replace(claim, number=number, sources=sources)
        with new_claim(folder, with_files(numbered_claim, files, ()), files):
            pass


def _members(segment: Path) -> list[bytes]:
    """The gzip members of a segment, one per line."""
    content, ends = segment.read_bytes(), [0, *(position.bytes for _, position in read_lines(segment))]
    return [content[start:end] for start, end in pairwise(ends)]


def _encoded(line: Json) -> bytes:
    """A line as JSON, with the SHA-256 of its body."""
    body = msgspec.json.encode(line["body"])
    return msgspec.json.encode({**line, "sha256": sha256(body).hexdigest(), "body": msgspec.Raw(body)}) + b"\n"


def _month(lines: Sequence[ClaimLine]) -> Claim:
    base = hard_claim()
    assert base.completeness is not None
    return msgspec.structs.replace(
        base,
        lines=tuple(lines),
        totals=expected_totals(tuple(lines)),
        days=expected_days(tuple(lines)),
        exclusions=(),
        completeness=Completeness(listed_at=base.completeness.listed_at, sessions=2, claimed=2, excluded=0),
    )


def _corrections(lines: Sequence[ClaimLine]) -> Claim:
    return msgspec.structs.replace(corrections_claim(), lines=tuple(lines), totals=expected_totals(tuple(lines)))


def _reversal(sessions: Sequence[ClaimLine], corrections: Sequence[ClaimLine]) -> Claim:
    """The reversal of claim 1, of which claim 2 corrected some lines."""
    added = {line.session_id: _amounts(line) for line in corrections}
    lines = tuple(
        _with_correction(
            line, "reversed", old := _sum(_amounts(line), added.get(line.session_id)), _difference(old, line)
        )
        for line in sessions
    )
    return msgspec.structs.replace(_corrections(lines), kind="reversal", reverses=1, reason="wrong employer")


def _correction(line: ClaimLine) -> ClaimLine:
    """The correction of a claimed line: 1 kWh, 2.00 and its tax of 0.40 less."""
    less = Amounts(energy_kwh=Decimal("-1.000"), amount_incl_tax=Decimal("-2.00"), tax_amount=Decimal("-0.40"))
    return _with_correction(line, "corrected", _amounts(line), _sum(_amounts(line), less))


def _with_correction(line: ClaimLine, reason: Any, old: Amounts, new: Amounts) -> ClaimLine:
    assert new.tax_amount is not None
    assert old.tax_amount is not None
    return msgspec.structs.replace(
        line,
        energy_kwh=new.energy_kwh - old.energy_kwh,
        amount_incl_tax=new.amount_incl_tax - old.amount_incl_tax,
        tax_amount=new.tax_amount - old.tax_amount,
        correction=Correction(claim=1, reason=reason, ground=None, detail=None, old=old, new=new),
    )


def _amounts(line: ClaimLine) -> Amounts:
    return Amounts(energy_kwh=line.energy_kwh, amount_incl_tax=line.amount_incl_tax, tax_amount=line.tax_amount)


def _sum(one: Amounts, other: Amounts | None) -> Amounts:
    if other is None:
        return one
    assert one.tax_amount is not None
    assert other.tax_amount is not None
    return Amounts(
        energy_kwh=one.energy_kwh + other.energy_kwh,
        amount_incl_tax=one.amount_incl_tax + other.amount_incl_tax,
        tax_amount=one.tax_amount + other.tax_amount,
    )


def _difference(old: Amounts, line: ClaimLine) -> Amounts:
    assert line.tax_amount is not None
    negated = Amounts(energy_kwh=-line.energy_kwh, amount_incl_tax=-line.amount_incl_tax, tax_amount=-line.tax_amount)
    return _sum(old, negated)
