"""`ladebog login`: tried before it is stored, and stored where only its owner can read it."""

import os
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from zipfile import ZipFile

import pytest

from pipeline.demo import DEMO_NOW, DemoServer, Tenant
from pipeline.source.credentials.secret import Secret
from pipeline.source.credentials.store import FILE_VARIABLE
from tests.cli.refusal import refusal
from tests.scenarios.demo_logbook import DemoLogbook, Outcome
from tests.source.loopback import Handler, Request, serving

_TOKEN = ("login", "demo", "--token-stdin")


@pytest.mark.parametrize("line_break", ["", "\n", "\r\n", "\n\n"])
def test_a_token_is_read_from_standard_input(empty_logbook: DemoLogbook, operator: DemoServer, line_break: str) -> None:
    outcome = empty_logbook.do(*_TOKEN, stdin=operator.tenant.token + line_break)
    assert outcome.out == (
        f"Logged in to {operator.url} as account demo, valid until 2026-11-12. "
        f"The login is stored in {empty_logbook.credentials}.\nNext: ladebog run\n"
    )
    assert empty_logbook.stored_login == Secret(token=operator.tenant.token)
    assert stat.S_IMODE(empty_logbook.credentials.stat().st_mode) == 0o600
    assert [request.path for request in operator.requests] == ["/api/v1/app/profile/session_history"]


@pytest.mark.parametrize("place", ["raw/demo/login", "journal/login", "claims/login", "state/login", "ladebog.duckdb"])
def test_a_file_in_what_the_logbook_stores_is_refused(empty_logbook: DemoLogbook, tenant: Tenant, place: str) -> None:
    empty_logbook.credentials = empty_logbook.home / place
    message, advice = refusal(empty_logbook.run(*_TOKEN, stdin=tenant.token), 1)
    assert message.startswith(f"Logins cannot be stored in {empty_logbook.credentials}: it is part of the logbook (")
    assert advice == "Name a file outside it: export LADEBOG_CREDENTIALS_FILE=FILE"
    assert not empty_logbook.credentials.exists()


@pytest.mark.parametrize("place", ["raw/login", "journal/login", "claims/demo/0001-2025-09/login"])
def test_a_backup_contains_no_login(empty_logbook: DemoLogbook, tenant: Tenant, tmp_path: Path, place: str) -> None:
    empty_logbook.credentials = empty_logbook.home / place
    empty_logbook.store_login(tenant)
    outcome = empty_logbook.run("backup", str(tmp_path / "copy.zip"))
    [backup] = tmp_path.glob("copy*.zip")
    with ZipFile(backup) as files:
        assert not any(tenant.token.encode() in files.read(name) for name in files.namelist())
    assert place in outcome.out


@pytest.mark.system
def test_without_a_keyring_the_credentials_file_is_announced_even_if_quiet(
    empty_logbook: DemoLogbook, tenant: Tenant, tmp_path: Path
) -> None:
    outcome = run_without_keyring(empty_logbook, tmp_path, "-q", *_TOKEN, stdin=tenant.token)
    file = tmp_path / "data" / "ladebog" / "credentials.json"
    notice = f"no keyring works here, so logins are stored in {file}, a file that only you can read"
    assert outcome == Outcome(0, "", f"ladebog: note: {notice}.\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run_without_keyring(empty_logbook, tmp_path, "-q", "extract", "--since", "2025-11-01") == Outcome(0, "", "")
    file.unlink()
    message, _ = refusal(run_without_keyring(empty_logbook, tmp_path, "extract"), 4)
    assert message == f"No login is stored for account demo: {notice}."


def run_without_keyring(logbook: DemoLogbook, folder: Path, *arguments: str, stdin: str = "") -> Outcome:
    """Run a command in a process without a keyring and without the variable that names a file."""
    environment = logbook.environment | {
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "XDG_DATA_HOME": str(folder / "data"),
    }
    del environment[FILE_VARIABLE]
    process = subprocess.run(
        logbook.command(*arguments),
        env=environment,
        cwd=logbook.folder,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Outcome(process.returncode, process.stdout, process.stderr)


@pytest.mark.system
def test_a_stored_login_works_in_another_process(empty_logbook: DemoLogbook, tenant: Tenant) -> None:
    assert empty_logbook.run_process(*_TOKEN, stdin=tenant.token).code == 0
    assert empty_logbook.run_process("-q", "extract", "--since", "2025-11-01") == Outcome(0, "", "")


def test_a_token_that_the_operator_refuses_is_not_stored(empty_logbook: DemoLogbook, tenant: Tenant) -> None:
    message, advice = refusal(empty_logbook.run(*_TOKEN, stdin="some-other-token"), 4)
    assert message == "The operator does not accept this token for account demo: it is wrong, or it has ended."
    assert advice == "Try another with: ladebog login demo (how to find it: ladebog login --help)"
    assert empty_logbook.stored_login is None
    empty_logbook.do(*_TOKEN, stdin=tenant.token)
    assert empty_logbook.run(*_TOKEN, stdin="some-other-token").code == 4
    assert empty_logbook.stored_login == Secret(token=tenant.token)


def test_a_refused_list_of_charge_points_does_not_prevent_a_login(
    empty_logbook: DemoLogbook, operator: DemoServer, tenant: Tenant
) -> None:
    operator.faults.refusing = frozenset({"charge-points"})
    empty_logbook.do(*_TOKEN, stdin=tenant.token)
    assert empty_logbook.stored_login == Secret(token=tenant.token)


def test_a_refused_list_of_sessions_is_a_note_of_a_login(
    empty_logbook: DemoLogbook, operator: DemoServer, tenant: Tenant
) -> None:
    operator.faults.refusing = frozenset({"session_history"})
    outcome = empty_logbook.run(*_TOKEN, stdin=tenant.token)
    assert (outcome.code, empty_logbook.stored_login) == (0, Secret(token=tenant.token))
    assert outcome.err.startswith("ladebog: note: The list of sessions could not be fetched with this login: ")


@pytest.mark.parametrize(
    ("token", "fault"),
    [
        ("", "it is empty"),
        ("\n", "it is empty"),
        ("a b", "it contains a space, a line break or another character that no token has"),
        ("a\nb\n", "it contains a space, a line break or another character that no token has"),
        (" \n", "it is empty"),
        ("blåbær", "it contains a space, a line break or another character that no token has"),
        ("Bearer ", "it is empty"),
        ("Authorization: Bearer a b", "it contains a space, a line break or another character that no token has"),
    ],
)
def test_invalid_tokens_are_refused(empty_logbook: DemoLogbook, operator: DemoServer, token: str, fault: str) -> None:
    message, advice = refusal(empty_logbook.run(*_TOKEN, stdin=token), 2)
    assert message == f"This is not a token: {fault}."
    assert advice == "See its help with: ladebog login --help"
    assert operator.requests == []


@pytest.mark.parametrize(
    "before",
    [
        " ",
        "  Bearer ",
        "\t",
        "\n",
        "Bearer ",
        "bearer  ",
        "BEARER\t",
        "Authorization: Bearer ",
        "authorization:bearer ",
    ],
)
def test_what_people_paste_with_a_token_is_removed(empty_logbook: DemoLogbook, tenant: Tenant, before: str) -> None:
    empty_logbook.do(*_TOKEN, stdin=f"{before}{tenant.token}\n")
    assert empty_logbook.stored_login == Secret(token=tenant.token)


@pytest.mark.system
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (" ", "  "),
        ("Bearer ", "  \n"),
        ('" Bearer ', ' " '),
        ("\ufeff", ""),
        ('"', '"'),
        ("'Bearer ", "'"),
        ('Bearer "', '"'),
        ("\ufeff“authorization: Bearer ", "”\n"),
    ],
)
def test_quotes_and_a_byte_order_mark_around_a_token_are_removed(
    empty_logbook: DemoLogbook, tenant: Tenant, before: str, after: str
) -> None:
    empty_logbook.do(*_TOKEN, stdin=f"{before}{tenant.token}{after}")
    assert empty_logbook.stored_login == Secret(token=tenant.token)


@pytest.mark.system
def test_a_login_prints_that_it_waits_for_a_slow_operator(empty_logbook: DemoLogbook) -> None:
    def answer_late(handler: Handler, request: Request) -> None:
        time.sleep(2.5)
        handler.send_response_only(401)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with serving(answer_late) as server:
        empty_logbook.do("account", "add", "demo", "--url", server.url)
        outcome = empty_logbook.run(*_TOKEN, stdin="token")
        assert outcome.err.splitlines()[0] == f"Waiting for a usable answer from {server.url}."
        assert outcome.code == 4
        assert "Waiting" not in empty_logbook.run("-q", *_TOKEN, stdin="token").err


@pytest.mark.system
@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("https://operator.invalid", "operator.invalid could not be found by its name"),
        ("http://127.0.0.1:9", "127.0.0.1:9 refused the connection"),
    ],
)
@pytest.mark.parametrize("command", [_TOKEN, ("login", "demo", "--username", "x", "--client-secret-stdin")])
def test_a_mistyped_host_is_tried_once_while_a_person_waits(
    empty_logbook: DemoLogbook, url: str, what: str, command: tuple[str, ...]
) -> None:
    empty_logbook.do("account", "add", "demo", "--url", url, "--client-id", "1")
    if "--username" in command:
        outcome = run_at_a_terminal(empty_logbook, *command, typed_lines=["password"], stdin="secret\n")
    else:
        outcome = empty_logbook.run_process(*command, stdin="token")
    message, advice = refusal(
        Outcome(
            outcome.code, outcome.out, outcome.err.split("\n", 1)[-1] if "Password" in outcome.err else outcome.err
        ),
        75,
    )
    assert message == f"{what}: is the address right?"
    assert advice.endswith("If not: ladebog account add demo --url https://OPERATOR")


@pytest.mark.system
def test_a_mistyped_host_fails_in_five_seconds_though_no_name_server_answers(
    empty_logbook: DemoLogbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_logbook.do("account", "add", "demo", "--url", "https://operator.invalid")
    is_over, began = threading.Event(), time.monotonic()
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: is_over.wait(20) and [])
    outcome = empty_logbook.run(*_TOKEN, stdin="token")
    waiting, _, err = outcome.err.partition("\n")
    assert waiting == "Waiting for a usable answer from https://operator.invalid."
    message, _ = refusal(Outcome(outcome.code, outcome.out, err), 75)
    assert message == "operator.invalid did not accept the connection in time: is the address right?"
    assert time.monotonic() - began < 5
    is_over.set()


def test_a_host_that_cannot_be_reached_is_tried_again_by_a_run(empty_logbook: DemoLogbook, tenant: Tenant) -> None:
    empty_logbook.do("account", "add", "demo", "--url", "http://127.0.0.1:9")
    empty_logbook.store_login(tenant)
    assert "gave no usable answer in 8 tries" in refusal(empty_logbook.run("extract"), 75)[0]


@pytest.mark.system
@pytest.mark.parametrize(
    ("command", "what", "option"),
    [
        (("login", "demo"), "Token", ", or pipe it into this command with --token-stdin"),
        (
            ("login", "demo", "--username", "x"),
            "Client secret",
            ", or pipe it into this command with --client-secret-stdin",
        ),
        (("login", "demo", "--username", "x", "--client-secret-stdin"), "Password", ""),
    ],
)
def test_without_a_terminal_nothing_is_asked(
    empty_logbook: DemoLogbook, command: tuple[str, ...], what: str, option: str
) -> None:
    process = subprocess.run(
        empty_logbook.command(*command),
        env=empty_logbook.environment,
        cwd=empty_logbook.folder,
        input="x",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        start_new_session=True,
    )
    message, _ = refusal(Outcome(process.returncode, process.stdout, process.stderr), 2)
    assert message == f"{what}: there is no terminal to type it at. Run this in a terminal{option}."


def test_a_token_cannot_be_combined_with_other_options(empty_logbook: DemoLogbook) -> None:
    message, _ = refusal(empty_logbook.run(*_TOKEN, "--username", "x"), 2)
    assert message == "--token-stdin cannot be combined: a token needs neither user name nor client secret."


def test_a_password_needs_the_client_id(empty_logbook: DemoLogbook, operator: DemoServer) -> None:
    empty_logbook.do("account", "add", "demo", "--url", operator.url, "--client-id", "")
    message, _ = refusal(empty_logbook.run("login", "demo", "--username", "x"), 2)
    assert message == (
        "A password login needs the client id of the operator's app: "
        f"ladebog account add demo --url {operator.url} --client-id ID"
    )


def test_a_credentials_file_that_others_can_read_is_refused(empty_logbook: DemoLogbook, tenant: Tenant) -> None:
    empty_logbook.store_login(tenant)
    empty_logbook.credentials.chmod(0o644)
    message, advice = refusal(empty_logbook.run("run"), 1)
    assert message == f"{empty_logbook.credentials} holds logins and other users can open it (mode 0644)."
    assert advice == f"Close it: chmod 600 {empty_logbook.credentials}"


def answer_prompt(terminal: int, line: str) -> None:
    """Type a line after a prompt has begun (earlier input is discarded). The line must not be echoed."""
    os.read(terminal, 1)
    os.write(terminal, f"{line}\n".encode())
    echoed = b""
    while not echoed.endswith(b"\n"):
        echoed += os.read(terminal, 1)
    assert line.encode() not in echoed


def run_at_a_terminal(logbook: DemoLogbook, *arguments: str, typed_lines: list[str], stdin: str | None) -> Outcome:
    """Run a command and type a line at each of its prompts; `stdin` None is the terminal."""
    controller, terminal = os.openpty()
    try:
        with subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.cli.at_terminal", os.ttyname(terminal), DEMO_NOW.isoformat()),
                *arguments,
            ],
            env=logbook.environment,
            stdin=terminal if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            if process.stdin is not None:
                process.stdin.write(stdin or "")
                process.stdin.close()
                process.stdin = None
            try:
                for line in typed_lines:
                    answer_prompt(controller, line)
            except BaseException:
                process.kill()
                raise
            out, err = process.communicate(timeout=30)
    finally:
        os.close(controller)
        os.close(terminal)
    return Outcome(process.returncode, out, err)


@pytest.mark.system
def test_a_typed_password_logs_in_and_is_not_stored(empty_logbook: DemoLogbook, tenant: Tenant) -> None:
    outcome = run_at_a_terminal(
        empty_logbook,
        *("login", "demo", "--username", tenant.username, "--client-secret-stdin"),
        typed_lines=[tenant.password],
        stdin=tenant.client_secret + "\n",
    )
    assert outcome.code == 0, outcome
    assert tenant.password not in outcome.out + outcome.err
    assert empty_logbook.stored_login == Secret(
        token=tenant.token, refresh_token=tenant.refresh_token, client_secret=tenant.client_secret
    )
    assert stat.S_IMODE(empty_logbook.credentials.stat().st_mode) == 0o600
    file_contents = [path.read_bytes() for path in empty_logbook.folder.rglob("*") if path.is_file()]
    assert any(tenant.token.encode() in content for content in file_contents)
    assert not any(tenant.password.encode() in content for content in file_contents)
    # The stored login can be renewed.
    tenant.expire_token()
    empty_logbook.do("extract", "--since", "2025-11-01")


def test_a_wrong_client_secret_and_password_are_refused(empty_logbook: DemoLogbook, tenant: Tenant) -> None:
    outcome = run_at_a_terminal(
        empty_logbook,
        "login",
        "demo",
        "--username",
        tenant.username,
        typed_lines=[tenant.client_secret, "guessed"],
        stdin=None,
    )
    assert outcome.code == 4, outcome
    assert outcome.err.splitlines()[-2:] == [
        'ladebog: The operator does not accept this login for account demo: "These credentials do not match".',
        "  Check user name, password, client id and client secret, then: ladebog login demo",
    ]
    assert "guessed" not in outcome.out + outcome.err
    assert empty_logbook.stored_login is None
