"""`[notify]` in the settings: every key, and all faults at once."""

from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings.names import webhook_fault
from pipeline.settings.reading import read_settings
from pipeline.settings.schema import Mail, Notify


def read_notify_settings(tmp_path: Path, text: str) -> Notify:
    path = tmp_path / "ladebog.toml"
    path.write_text(text, "utf-8")
    return read_settings(path).notify


def faults(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_notify_settings(tmp_path, text)
    return [line.strip() for line in str(caught.value).splitlines()[1:]]


def test_without_settings_no_message_is_sent(tmp_path: Path) -> None:
    assert read_notify_settings(tmp_path, "") == Notify(webhook="", mail=None)


def test_all_settings_are_read(tmp_path: Path) -> None:
    notify_settings = read_notify_settings(
        tmp_path,
        """
        [notify]
        webhook = "https://hooks.example.org/services/T0/x?y=1"
        [notify.mail]
        host = "smtp.example.org"
        port = 2525
        starttls = true
        from = "ladebog@example.org"
        to = ["you@example.org", "me+log@example.org"]
        username = "you"
        password_variable = "MAIL_PASSWORD"
        """,
    )
    assert notify_settings == Notify(
        webhook="https://hooks.example.org/services/T0/x?y=1",
        mail=Mail(
            host="smtp.example.org",
            port=2525,
            sender="ladebog@example.org",
            to=("you@example.org", "me+log@example.org"),
            username="you",
            password_variable="MAIL_PASSWORD",
        ),
    )


def test_all_faults_are_listed_at_once(tmp_path: Path) -> None:
    listed_faults = faults(
        tmp_path,
        """
        [notify]
        webhook = "http://hooks.example.org/canary"
        telegram = "x"
        [notify.mail]
        host = "smtp example"
        port = 0
        starttls = "yes"
        from = "Ladebog"
        to = ["you@example.org", "you\\nBcc: all@example.org"]
        password = "canary"
        username = "you"
        """,
    )
    assert listed_faults == [
        "notify.telegram: unknown key (known: webhook)",
        "notify.mail.starttls: Expected `bool`, got `str`",
        "notify.mail.password: unknown key (known: host, port, starttls, from, to, username, password_variable) "
        "Did you mean 'password_variable'?",
        "notify.webhook: must be https:// (http:// on loopback only), a host and a path, without user name or spaces",
        "notify.mail.host: 'smtp example' is not a host, for example smtp.example.org",
        "notify.mail.port: must be from 1 to 65535",
        "notify.mail.from: 'Ladebog' is not a mail address",
        "notify.mail.to: 'you\\nBcc: all@example.org' is not a mail address",
        "notify.mail.password_variable: set both this and username, or neither",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[notify]\nmail = 1", ["notify.mail: must be a table"]),
        ("notify = 1", ["notify: must be a table"]),
        (
            "[notify.mail]",
            [
                "notify.mail.host: '' is not a host, for example smtp.example.org",
                "notify.mail.from: '' is not a mail address",
                'notify.mail.to: has no address, for example to = ["you@example.org"]',
            ],
        ),
        (
            '[notify.mail]\nhost = "mail.lan"\nstarttls = false\nfrom = "a@b"\nto = ["c@d"]\nusername = "u"\n'
            'password_variable = "hunter 2"',
            [
                "notify.mail.password_variable: must be the name of an environment variable, not the password",
                "notify.mail.starttls: must be true, as a password is not sent unencrypted",
            ],
        ),
    ],
)
def test_each_faulty_setting_is_listed(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert faults(tmp_path, text) == expected


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/x",
        "ftp://hooks.example.org/x",
        "hooks.example.org",
        "https://",
        "https:///x",
        "https://you:canary@hooks.example.org/x",
        "https://hooks.example.org:port/x",
        "https://hooks.example.org/a b",
        "https://hooks.example.org/a\nb",
        "https://[::1/x",
        "http://127.0.0.1.example.org/x",
        "http://127.0.0.1@example.org/x",
        "file:///etc/passwd",
    ],
)
def test_invalid_webhooks_are_refused(url: str) -> None:
    fault = webhook_fault(url)
    assert fault
    assert "canary" not in fault


@pytest.mark.parametrize(
    "url", ["https://a.example", "https://a.example:8443/x?y=z", "http://127.0.0.1:1/x", "http://[::1]:2/"]
)
def test_valid_webhooks_are_accepted(url: str) -> None:
    assert webhook_fault(url) is None
