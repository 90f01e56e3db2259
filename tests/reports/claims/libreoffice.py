"""LibreOffice without a screen, with its own profile, which recalculates every workbook it opens."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>{locale}</value>
</prop></item>
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>
"""
_SECONDS = 300


def convert(files: Sequence[Path], suffix: str, folder: Path, *, locale: str = "da-DK") -> list[Path]:
    """Open the files in that locale, recalculate them, and save them in `folder` in another format."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE.format(locale=locale), encoding="utf-8")
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", suffix]
    subprocess.run([*command, "--outdir", folder, *files], check=True, capture_output=True, timeout=_SECONDS)
    converted = [folder / file.with_suffix(f".{suffix}").name for file in files]
    missing = [file.name for file in converted if not file.exists()]
    assert not missing, f"LibreOffice did not make {missing}"
    return converted


def pages_of(pdf: Path) -> list[str]:
    """The text of each page, in its layout."""
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, timeout=_SECONDS).stdout
    return text.decode().split("\f")[:-1]
