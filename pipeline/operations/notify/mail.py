"""Mail, by SMTP."""

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
_OWN_NAME = (
    "[127.0.0.1]"  # what RFC 5321, 4.1.3 has a host say that knows no better; the machine's name is no one's business
)
_ADVICE = "Check [notify.mail] in ladebog.toml, then try it: ladebog notify --test"


def send(mail: Mail, message: Message, now: datetime) -> int:
    """Send a message; gives the number of recipients that the server refused, fewer than all.

    Raises NotifyError, which quotes nothing that the server said: it may repeat what it was told.
    """
    password = _password(mail)
    letter = _letter(mail, message, now)
    try:
        with smtplib.SMTP(mail.host, mail.port, local_hostname=_OWN_NAME, timeout=_TIMEOUT) as server:
            if mail.starttls:
                server.starttls(context=ssl.create_default_context())
            if mail.username:
                server.login(mail.username, password)
            return len(server.send_message(letter))
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise NotifyError(f"The mail server {mail.host}:{mail.port} {_what(error)}.", _ADVICE) from None


def _letter(mail: Mail, message: Message, now: datetime) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = mail.sender
    letter["To"] = ", ".join(mail.to)
    letter["Subject"] = message.subject
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = make_msgid(domain=mail.sender.rpartition("@")[2])
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer from who is away
    letter.set_content(message.text)
    return letter


def _password(mail: Mail) -> str:
    if not mail.username:
        return ""
    if password := os.environ.get(mail.password_variable):
        return password
    raise NotifyError(
        f"The environment variable {mail.password_variable}, which is to hold the mail password, is not set.",
        "Set it where ladebog run is started, then try it: ladebog notify --test",
    )


def _what(error: Exception) -> str:
    """What the server did, as it follows its name."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"shows a certificate that is not trusted ({error.verify_message})"
        case smtplib.SMTPAuthenticationError():
            return "does not accept the user name and password"
        case smtplib.SMTPNotSupportedError():
            return "cannot do what is asked of it: STARTTLS, a login, or these addresses"
        case smtplib.SMTPRecipientsRefused() | smtplib.SMTPSenderRefused():
            return "refuses the sender or every recipient"
        case smtplib.SMTPResponseException():
            return f"answered {error.smtp_code}"
        case TimeoutError():
            return "did not answer in time"
        case ConnectionRefusedError():
            return "refused the connection"
        case _:
            return f"could not be talked to ({type(error).__name__})"
