"""Sends a message by mail, over SMTP."""

import os
import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from pipeline.errors import NotifyError
from pipeline.operations.notify.message import Message
from pipeline.settings.schema import Mail

_TIMEOUT = 20.0  # seconds
_OWN_NAME = "[127.0.0.1]"  # an address literal (RFC 5321, 4.1.3), so that the machine's name is not disclosed
_ADVICE = "Check [notify.mail] in ladebog.toml, then try it: ladebog notify --test"


def send(mail: Mail, message: Message, now: datetime) -> int:
    """Send a message; returns the number of recipients that the server refused, if it accepted at least one.

    Raises NotifyError, which does not quote the server: its answer may repeat the password.
    """
    password = _password(mail)
    email = _email(mail, message, now)
    try:
        with smtplib.SMTP(mail.host, mail.port, local_hostname=_OWN_NAME, timeout=_TIMEOUT) as server:
            if mail.starttls:
                server.starttls(context=ssl.create_default_context())
            if mail.username:
                server.login(mail.username, password)
            return len(server.send_message(email))
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise NotifyError(f"The mail server {mail.host}:{mail.port} {_reason(error)}.", _ADVICE) from None


def _email(mail: Mail, message: Message, now: datetime) -> EmailMessage:
    email = EmailMessage()
    email["From"] = mail.sender
    email["To"] = ", ".join(mail.to)
    email["Subject"] = message.subject
    email["Date"] = format_datetime(now)
    email["Message-ID"] = make_msgid(domain=mail.sender.rpartition("@")[2])
    email["Auto-Submitted"] = "auto-generated"  # RFC 3834: asks for no automatic answers
    email.set_content(message.text)
    return email


def _password(mail: Mail) -> str:
    if not mail.username:
        return ""
    if password := os.environ.get(mail.password_variable):
        return password
    raise NotifyError(
        f"The environment variable {mail.password_variable} with the mail password is not set.",
        "Set it for the process that starts ladebog run, then try it: ladebog notify --test",
    )


def _reason(error: Exception) -> str:
    """What went wrong, as the rest of a sentence that begins with the server."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"shows a certificate that is not trusted ({error.verify_message})"
        case smtplib.SMTPAuthenticationError():
            return "does not accept the user name and password"
        case smtplib.SMTPNotSupportedError():
            return "does not support STARTTLS, a login, or these addresses"
        case smtplib.SMTPRecipientsRefused() | smtplib.SMTPSenderRefused():
            return "refuses the sender or every recipient"
        case smtplib.SMTPResponseException():
            return f"answered {error.smtp_code}"
        case TimeoutError():
            return "did not answer in time"
        case ConnectionRefusedError():
            return "refused the connection"
        case _:
            return f"could not be used ({type(error).__name__})"
