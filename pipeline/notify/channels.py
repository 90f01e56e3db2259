"""`[notify]` in ladebog.toml: where messages go. No password is in it: the environment holds that."""

import re

import msgspec

from pipeline.address import LOOPBACK_HOSTS, webhook_fault

_MAIL_ADDRESS = re.compile(r"[!-?A-~]+@[!-?A-~]+")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Mail(msgspec.Struct, frozen=True, kw_only=True, rename={"sender": "from"}):
    """A server that takes mail by SMTP, and whose mail it is, `[notify.mail]`."""

    host: str = ""
    port: int = 587
    starttls: bool = True
    sender: str = ""
    to: tuple[str, ...] = ()
    username: str = ""  # where it is empty, the server asks for no login
    password_variable: str = ""  # the environment variable that holds the password


class Notify(msgspec.Struct, frozen=True, kw_only=True):
    """Where messages go, `[notify]`."""

    webhook: str = ""
    mail: Mail | None = None


def faults(notify: Notify) -> list[str]:
    """What is wrong with it, each with the key's path; empty when all is well."""
    found = []
    if notify.webhook and (reason := webhook_fault(notify.webhook)):
        found.append(f"notify.webhook: {reason}")
    if notify.mail is not None:
        found += [f"notify.mail.{fault}" for fault in _mail_faults(notify.mail)]
    return found


def _mail_faults(mail: Mail) -> list[str]:
    found = []
    if not re.fullmatch(r"[A-Za-z0-9.:-]+", mail.host):
        found.append(f"host: {mail.host!r} is no host, for example smtp.example.org")
    if not 0 < mail.port < 65536:
        found.append("port: must be from 1 to 65535")
    if not _MAIL_ADDRESS.fullmatch(mail.sender):
        found.append(f"from: {mail.sender!r} is no mail address")
    if not mail.to:
        found.append('to: names nobody, for example to = ["you@example.org"]')
    found += [f"to: {address!r} is no mail address" for address in mail.to if not _MAIL_ADDRESS.fullmatch(address)]
    if bool(mail.username) != bool(mail.password_variable):
        found.append("password_variable: goes with username: set both, or neither")
    if mail.password_variable and not _VARIABLE.fullmatch(mail.password_variable):
        found.append("password_variable: must be the name of an environment variable, not the password")
    if mail.username and not mail.starttls and mail.host not in LOOPBACK_HOSTS:
        found.append("starttls: a password is not sent unencrypted")
    return found
