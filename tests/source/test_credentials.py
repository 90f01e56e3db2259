"""Where logins are stored, and which texts are tokens."""

import os
import socket
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import jwt
import keyring
import keyring.backend
import keyring.backends.fail
import keyring.backends.null
import keyring.errors
import msgspec
import pytest

from pipeline.errors import LogbookError
from pipeline.settings.schema import Account
from pipeline.source.credentials.choose import open_credentials
from pipeline.source.credentials.file import FileCredentials
from pipeline.source.credentials.keyring import KeyringCredentials
from pipeline.source.credentials.secret import Secret, expires_at, token_fault
from pipeline.source.credentials.store import Credentials, MemoryCredentials

HOME = Account(name="home", url="https://tenant.example", device_id="00000000000000aa")
WORK = Account(name="work", url="https://tenant.example", device_id="00000000000000bb")
SECRET = Secret(token="canary-token", refresh_token="canary-refresh", client_secret="canary-client")


class DictionaryKeyring(keyring.backend.KeyringBackend):
    """A keyring that works."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.passwords: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.passwords[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.passwords.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("not found")


class WrongPasswordKeyring(DictionaryKeyring):
    """Returns another password than the one that was stored."""

    def get_password(self, service: str, username: str) -> str | None:
        return "something else"


class LockedKeyring(DictionaryKeyring):
    """Fails with errors that contain its arguments."""

    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringLocked(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        raise OSError(password)


@pytest.fixture(autouse=True)
def working_keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[DictionaryKeyring]:
    monkeypatch.delenv("LADEBOG_CREDENTIALS_FILE", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    before, working = keyring.get_keyring(), DictionaryKeyring()
    keyring.set_keyring(working)
    yield working
    keyring.set_keyring(before)


@pytest.fixture(params=["file", "keyring", "memory"])
def credentials(request: pytest.FixtureRequest, tmp_path: Path) -> Credentials:
    stores: dict[str, Credentials] = {
        "file": FileCredentials(tmp_path / "new" / "folder" / "credentials.json"),
        "keyring": KeyringCredentials(FileCredentials(tmp_path / "credentials.json")),
        "memory": MemoryCredentials(),
    }
    return stores[request.param]


def test_logins_are_stored_per_account(credentials: Credentials) -> None:
    assert credentials.read(HOME) is None
    credentials.forget(HOME)
    credentials.write(HOME, SECRET)
    credentials.write(WORK, Secret(token="other"))
    credentials.write(WORK, Secret(token="newer"))
    assert (credentials.read(HOME), credentials.read(WORK)) == (SECRET, Secret(token="newer"))
    credentials.forget(HOME)
    assert (credentials.read(HOME), credentials.read(WORK)) == (None, Secret(token="newer"))
    assert credentials.place


def test_a_keyring_entry_is_named_by_account_host_and_device(
    working_keyring: DictionaryKeyring, tmp_path: Path
) -> None:
    KeyringCredentials(FileCredentials(tmp_path / "credentials.json")).write(HOME, SECRET)
    assert list(working_keyring.passwords) == [("ladebog", "home@tenant.example#00000000000000aa")]


def test_each_port_of_a_host_has_its_own_login(credentials: Credentials) -> None:
    other = msgspec.structs.replace(HOME, url=f"{HOME.url}:8443")
    credentials.write(HOME, SECRET)
    credentials.write(other, Secret(token="other"))
    assert (credentials.read(HOME), credentials.read(other)) == (SECRET, Secret(token="other"))
    usual = msgspec.structs.replace(HOME, url=f"{HOME.url}:443")
    assert credentials.read(usual) == SECRET


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "credentials.json"
    FileCredentials(path).write(HOME, SECRET)
    modes = [stat.S_IMODE(created.stat().st_mode) for created in (path, path.parent)]
    assert modes == [0o600, 0o700]
    assert {file.name for file in path.parent.iterdir()} <= {"credentials.json", "credentials.json.lock"}


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o606])
def test_a_file_that_others_can_open_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "credentials.json"
    credentials = FileCredentials(path)
    credentials.write(HOME, SECRET)
    path.chmod(mode)
    with pytest.raises(LogbookError) as reading:
        credentials.read(HOME)
    with pytest.raises(LogbookError) as writing:
        credentials.write(HOME, SECRET)
    with pytest.raises(LogbookError) as forgetting:
        credentials.forget(HOME)
    assert {error.value.advice for error in (reading, writing, forgetting)} == {f"Close it: chmod 600 {path}"}


def test_a_file_that_does_not_contain_logins_is_refused_and_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "credentials.json"
    path.write_text("canary-token")
    path.chmod(0o600)
    with pytest.raises(LogbookError, match="is not a file of logins") as raised:
        FileCredentials(path).write(HOME, SECRET)
    assert "canary" not in str(raised.value)
    assert path.read_text() == "canary-token"


@pytest.mark.parametrize("kind", ["a pipe", "a socket", "a link to a pipe"])
def test_a_pipe_or_a_socket_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "logins"
    if kind == "a socket":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
    else:
        os.mkfifo(tmp_path / "pipe" if "link" in kind else path)
        if "link" in kind:
            path.symlink_to(tmp_path / "pipe")
    for use in (lambda: FileCredentials(path).read(HOME), lambda: FileCredentials(path).write(HOME, SECRET)):
        with pytest.raises(LogbookError, match="is not a regular file, and cannot be used for logins"):
            use()


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    credentials = FileCredentials(tmp_path / "file" / "credentials.json")
    with pytest.raises(LogbookError, match="cannot be used for logins"):
        credentials.write(HOME, SECRET)


def test_concurrent_writers_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "credentials.json"
    accounts = [Account(name=f"a{number}", url="https://tenant.example") for number in range(16)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda account: FileCredentials(path).write(account, Secret(token=account.name)), accounts))
    assert [FileCredentials(path).read(account) for account in accounts] == [Secret(token=a.name) for a in accounts]


def test_a_working_keyring_is_used_without_writing_to_it(working_keyring: DictionaryKeyring) -> None:
    assert isinstance(open_credentials(), KeyringCredentials)
    assert working_keyring.passwords == {}


@pytest.mark.parametrize(
    "backend", [keyring.backends.null.Keyring, keyring.backends.fail.Keyring, WrongPasswordKeyring, LockedKeyring]
)
def test_a_keyring_that_does_not_work_is_not_used(
    backend: type[keyring.backend.KeyringBackend], tmp_path: Path
) -> None:
    keyring.set_keyring(backend())
    opened = open_credentials()
    assert isinstance(opened, FileCredentials)
    assert opened.place.startswith(str(tmp_path))
    assert opened.place.endswith("credentials.json")


def test_a_login_in_the_file_is_found_when_a_keyring_works(
    working_keyring: DictionaryKeyring,
) -> None:
    keyring.set_keyring(keyring.backends.fail.Keyring())
    open_credentials().write(HOME, SECRET)
    open_credentials().write(WORK, SECRET)
    keyring.set_keyring(working_keyring)
    assert open_credentials().read(HOME) == SECRET
    newer = Secret(token="newer")
    open_credentials().write(HOME, newer)
    assert open_credentials().read(HOME) == newer
    open_credentials().forget(WORK)
    keyring.set_keyring(keyring.backends.fail.Keyring())
    assert (open_credentials().read(HOME), open_credentials().read(WORK)) == (None, None)  # no second copy is left


def test_a_file_used_instead_of_a_keyring_is_announced(working_keyring: DictionaryKeyring, tmp_path: Path) -> None:
    assert (open_credentials().warning, FileCredentials(tmp_path / "chosen").warning) == (None, None)
    keyring.set_keyring(keyring.backends.fail.Keyring())
    opened = open_credentials()
    assert opened.warning == (
        f"no keyring works here, so logins are stored in {opened.place}, a file that only you can read"
    )


def test_a_file_named_by_the_environment_is_used_instead_of_the_keyring(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keyring.set_keyring(LockedKeyring())
    monkeypatch.setenv("LADEBOG_CREDENTIALS_FILE", str(tmp_path / "logins"))
    open_credentials().write(HOME, SECRET)
    assert FileCredentials(tmp_path / "logins").read(HOME) == SECRET


def test_a_failing_keyring_is_reported_without_secrets(working_keyring: DictionaryKeyring, tmp_path: Path) -> None:
    working_keyring.passwords["ladebog", "home@tenant.example#00000000000000aa"] = "canary, not JSON"
    with pytest.raises(LogbookError) as unreadable:
        KeyringCredentials(FileCredentials(tmp_path / "credentials.json")).read(HOME)
    keyring.set_keyring(LockedKeyring())
    with pytest.raises(LogbookError) as unwritable:
        KeyringCredentials(FileCredentials(tmp_path / "credentials.json")).write(HOME, SECRET)
    assert "ladebog login home" in unreadable.value.advice
    assert "LADEBOG_CREDENTIALS_FILE" in unwritable.value.advice
    assert "canary" not in str(unreadable.value) + str(unwritable.value)


def test_a_secret_is_not_shown_in_its_text_or_repr() -> None:
    assert "canary" not in f"{SECRET} {SECRET!r} {SECRET.__rich_repr__()}"


@pytest.mark.parametrize("token", ["x", "eyJ0.e30.-_~+/=", "12|abc"])
def test_printable_ascii_without_spaces_is_a_token(token: str) -> None:
    assert token_fault(token) is None


@pytest.mark.parametrize("token", ["", "canary one", "canary\n", "canary\x00", "canæry", "Bearer canary", "bearer x"])
def test_any_other_text_is_refused_and_not_quoted(token: str) -> None:
    fault = token_fault(token)
    assert fault
    assert "can" not in fault
    assert ("Bearer" in fault) == token.lower().startswith("bearer")


def test_the_expiry_is_read_from_a_jwt_only() -> None:
    key = "k" * 32
    assert expires_at(jwt.encode({"exp": 1_774_881_398}, key)) == datetime(2026, 3, 30, 14, 36, 38, tzinfo=UTC)
    for payload in ({}, {"exp": "soon"}, {"exp": 1e300}, {"exp": [1]}, {"exp": None}):
        assert expires_at(jwt.encode(payload, key)) is None
    for token in ("", "12|opaque", "a.b.c", "…"):
        assert expires_at(token) is None
