"""Makes the pictures in docs/images/ from a new demo: a claim, a workbook, the page, and a terminal.

`make pictures` runs it. It needs LibreOffice, poppler's pdftoppm, and Chromium.
"""

import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

IMAGES = Path(__file__).parent / "images"
_WIDTH = 900  # pixels of a picture of paper
_SCREEN = 1180  # pixels of a picture of a screen
_TERMINAL_COLUMNS = 96
_MONTH = "2025-10"
_LADEBOG = (sys.executable, "-m", "pipeline.cli.main")


def main() -> None:
    """Make all pictures."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "Ladebog"
        _run(*_LADEBOG, "demo", str(home))
        _claim(home)
        _workbook(home, Path(folder))
        _page(home, Path(folder))
        _terminal(home, Path(folder))


def _claim(home: Path) -> None:
    _run(*_LADEBOG, "--home", str(home), "claim", "create", _MONTH, "--language", "en", "--without-receipts")
    (pdf,) = home.glob("claims/*/*/*.pdf")
    _first_page(pdf, IMAGES / "claim.png")


def _workbook(home: Path, folder: Path) -> None:
    (workbook,) = home.glob(f"reports/*-{_MONTH}.xlsx")
    _run("soffice", "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(workbook))
    _first_page(folder / f"{workbook.stem}.pdf", IMAGES / "workbook.png")


def _first_page(pdf: Path, picture: Path) -> None:
    stem = str(picture.with_suffix(""))
    _run("pdftoppm", "-png", "-singlefile", "-scale-to-x", str(_WIDTH), "-scale-to-y", "-1", str(pdf), stem)


def _page(home: Path, folder: Path) -> None:
    page = folder / "page.html"
    # In the environment, the folder's name is not repeated in the commands on the page.
    _run(*_LADEBOG, "page", "--language", "en", "--output", str(page), env=os.environ | {"LADEBOG_HOME": str(home)})
    _photograph(page, IMAGES / "page.png", width=_SCREEN, height=1500)


def _terminal(home: Path, folder: Path) -> None:
    """A terminal in which three commands were typed, with their colours."""
    from rich.console import Console
    from rich.text import Text

    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=_TERMINAL_COLUMNS, file=nowhere, force_terminal=True)
        for arguments in ([], ["sessions", "--month", _MONTH], ["sql", "@cost-by-weekday", "--param", "year=2025"]):
            console.print(Text.assemble(("$ ", "bold green"), (" ".join(["ladebog", *arguments]), "bold")))
            console.print(Text.from_ansi(_printed_in_a_terminal(home, arguments)))
        svg = console.export_svg(title="ladebog")
    picture = folder / "terminal.svg"
    picture.write_text(svg, "utf-8")
    width, height = (float(text) for text in re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)[0])
    _photograph(picture, IMAGES / "terminal.png", width=_SCREEN, height=round(_SCREEN * height / width))


def _printed_in_a_terminal(home: Path, arguments: list[str]) -> str:
    """What a command prints where its output is a terminal."""
    controller, terminal = pty.openpty()
    environment = os.environ | {
        "COLUMNS": str(_TERMINAL_COLUMNS),
        "TERM": "xterm-256color",
        "LADEBOG_HOME": home.name,
        "PYTHONPATH": str(IMAGES.parents[1]),
    }
    process = subprocess.Popen(
        [*_LADEBOG, *arguments], stdin=terminal, stdout=terminal, stderr=terminal, env=environment, cwd=home.parent
    )
    os.close(terminal)
    printed = b""
    try:
        while part := os.read(controller, 65_536):
            printed += part
    except OSError:  # Linux reports the end of a terminal as an error
        pass
    finally:
        os.close(controller)
    if process.wait():
        sys.exit(f"{arguments} failed: {printed.decode()}")
    return printed.decode().replace("\r\n", "\n")


def _photograph(file: Path, picture: Path, *, width: int, height: int) -> None:
    _run(
        shutil.which("chromium") or "chromium-browser",
        "--headless",
        "--no-sandbox",
        "--hide-scrollbars",
        f"--window-size={width},{height}",
        f"--screenshot={picture}",
        file.as_uri(),
    )


def _run(*command: str, env: Mapping[str, str] | None = None) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=env)


if __name__ == "__main__":
    main()
