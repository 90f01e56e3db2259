"""Each command that a message advises works as it is printed, whatever the names in it are."""

import re
import subprocess
from pathlib import Path

import pytest

from pipeline.command_line import operand, quoted
from tests.cli.advised_commands import advised, advised_commands, parsed
from tests.scenarios.demo_logbook import DemoLogbook, Outcome
from tests.scenarios.small_archive import SmallArchive, detail, listed, listing, session

_NAMES = ["de mo ø", "it's", "-Y", "-Y ø", "$(id)", "a;b", "--remove", "~", '"', "æ`x`"]


@pytest.fixture
def spaced(shared_logbook: DemoLogbook, tmp_path: Path) -> DemoLogbook:
    """A logbook in a folder with spaces and Danish letters."""
    return shared_logbook.copied(tmp_path / "Åses bog på 'ø'")


@pytest.fixture(scope="module")
def unchanged(shared_logbook: DemoLogbook, tmp_path_factory: pytest.TempPathFactory) -> DemoLogbook:
    """Such a logbook for tests that do not change it."""
    return shared_logbook.copied(tmp_path_factory.mktemp("bog") / "Åses bog på 'ø'")


def run(logbook: DemoLogbook, *arguments: str) -> Outcome:
    """Run a command with the logbook's folder as an option."""
    return logbook.run("--home", str(logbook.home), *arguments)


def advice(logbook: DemoLogbook, *arguments: str) -> list[dict[str, object]]:
    """The values of the commands that the output of a command advises."""
    outcome = run(logbook, *arguments)
    return advised(f"{outcome.out}\n{outcome.err}", logbook.home)


@pytest.mark.parametrize("name", _NAMES)
def test_a_shell_reads_a_name_as_it_is(name: str) -> None:
    for words in (quoted(name), operand(name)):
        shown = subprocess.run(["sh", "-c", f"printf '%s\\n' {words}"], capture_output=True, text=True, check=True)
        assert shown.stdout.splitlines()[-1] == name


@pytest.mark.system
@pytest.mark.parametrize("folder", ["de mo ø", "-demo"])
def test_the_commands_after_a_demo_are_for_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    monkeypatch.chdir(tmp_path)
    out = DemoLogbook(tmp_path).do("demo", "--", folder).out.partition("Look around: ")
    commands = advised_commands("".join(out[1:]))
    assert [(parsed(command)["home"], command[2:]) for command in commands] == [
        (Path(folder), ["months"]),
        (Path(folder), ["sql", "@biggest-sessions"]),
    ]


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (["sql"], 1),
        (["sql", "select 1; select 2"], 1),
        (["sql", "select nothing"], 1),
        (["sql", "select 1 as a", "-o", "x.txt"], 1),
        (["session", "exclude", "1", "--reason", "x"], 1),
        (["explain", "1"], 1),
        (["claim", "create", "2025-10"], 1),
        (["claim", "show", "9"], 1),
        (["claim", "create", "--corrections"], 1),
        (["claim", "create", "2030-01"], 1),
        (["check"], 0),
        (["status"], 3),
        (["report", "2025-10"], 0),
        (["report", "10-2025"], 1),
        (["login", "demo", "--username", "x", "--client-secret-stdin"], 2),
        (["login", "nobody"], 1),
        (["login", "Ø y"], 1),
        (["login", "--", "-x"], 1),
        (["account", "add", "demo", "--url", "https://[::1]"], 2),
        (["import", "/dev/null"], 1),
        (["import", __file__], 1),
        (["verify", "/"], 2),
        (["backup", "/nowhere ø/x/y"], 0),
        (["notify", "--test"], 0),
        (["schedule", "show"], 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_advised_commands_can_be_parsed(unchanged: DemoLogbook, arguments: list[str], count: int) -> None:
    assert len(advice(unchanged, *arguments)) >= count


def test_advice_of_a_logbook_without_a_database_or_settings_can_be_parsed(spaced: DemoLogbook) -> None:
    spaced.paths.database.unlink()
    assert len(advice(spaced, "status")) >= 1
    assert len(advice(spaced, "sql", "select 1")) >= 1
    spaced.paths.settings.unlink()
    assert len(advice(spaced, "status")) == 1


@pytest.mark.parametrize("name", ["b ø.txt", "-Y.txt", "it's.txt"])
def test_the_command_that_detaches_a_twin_names_the_attached_file(
    spaced: DemoLogbook, tmp_path: Path, name: str
) -> None:
    twin = name.replace("txt", "TXT")
    for file in (name, twin):
        (tmp_path / file).write_text("x", "utf-8")
    assert run(spaced, "claim", "attach", str(tmp_path / name)).code == 0
    refused = run(spaced, "claim", "attach", str(tmp_path / twin))
    detach = advised_commands(refused.err)[-1]
    values = parsed(detach)
    assert (values["remove"], values["files"], values["home"]) == (True, (Path(name),), spaced.home)
    assert spaced.run(*detach).code == 0
    assert run(spaced, "claim", "attach", str(tmp_path / twin)).code == 0


def test_no_file_is_to_be_detached_where_none_of_two_twins_is_attached(spaced: DemoLogbook, tmp_path: Path) -> None:
    for file in ("a b.txt", "A B.txt"):
        (tmp_path / file).write_text("x", "utf-8")
    refused = run(spaced, "claim", "attach", str(tmp_path / "a b.txt"), str(tmp_path / "A B.txt"))
    assert refused.code == 2
    assert "--remove" not in refused.err


def test_advice_about_a_backup_names_it_and_its_folders(spaced: DemoLogbook, tmp_path: Path) -> None:
    place = tmp_path / "nas ø" / "x"
    outcome = run(spaced, "backup", str(place / "y"))
    assert outcome.err.splitlines()[1] == f"  Create it first: mkdir -p {quoted(place)}"
    place.mkdir(parents=True)
    backup = run(spaced, "backup", str(place)).out.splitlines()[0]
    occupied = run(spaced, "restore", backup)
    (command,) = advised_commands(occupied.err)
    values = parsed(command)
    assert (values["home"], values["source"]) == (Path("FOLDER"), Path(backup))


def test_a_folder_that_no_account_can_have_is_to_be_moved(spaced: DemoLogbook) -> None:
    for parent in (spaced.paths.raw, spaced.paths.claims):
        folder = parent / "my notes"
        folder.mkdir(parents=True)
        outcome = run(spaced, "transform")
        assert outcome.err.splitlines() == [
            f"ladebog: {folder} is not the folder of an account.",
            f"  Move it out of {parent.name}/, then run the same command again",
        ]
        folder.rmdir()


@pytest.mark.parametrize("session_id", ["7 ø", "-7", "it's 7"])
def test_a_finding_advises_a_command_for_its_session(archive: SmallArchive, session_id: str) -> None:
    idle_fee = session(session_id, energy=0, powerHistory=[], chargingPeriods=[])
    archive.build(listing(listed(idle_fee)), detail(idle_fee))
    text = archive.value("select detail from check_results where rule = 'money_without_energy'")
    (command,) = advised_commands(text)
    values = parsed(command)
    assert (values["session_id"], values["reason"]) == (session_id, "TEXT")


def test_every_text_that_names_a_file_or_id_in_a_command_quotes_it() -> None:
    """What is filled into a command is the name of an account, a number or a date, or passes `quoted` or `operand`."""
    safe = re.compile(r"quoted\(|operand\(|account|name\}|\.name|month|number|NAME|seen_with|stored_login|since|until")
    root = Path(__file__).parents[2]
    unsafe = [
        f"{path.relative_to(root)}: {line.strip()}"
        for path in [*root.glob("pipeline/**/*.py"), *root.glob("reports/**/*.py")]
        for line in path.read_text("utf-8").splitlines()
        for command in re.findall(r"ladebog (?:--home|[a-z]+) [^)]*", line)
        for part in re.findall(r"\{[^{}]*\}", command)
        if not safe.search(part)
    ]
    assert unsafe == []
