"""Sends a message to a webhook: a POST of JSON. Only the status of the answer is read."""

from http.client import responses as reasons
from urllib.parse import urlsplit

import msgspec
import requests
import urllib3

from pipeline import __version__
from pipeline.errors import NotifyError
from pipeline.operations.notify.message import Message
from pipeline.source.faults import certificate_fault, connection_fault

_CONNECT, _READ = 10.0, 20.0  # seconds
_ADVICE = "Check webhook under [notify] in ladebog.toml, then try it: ladebog notify --test"


def post(url: str, message: Message) -> None:
    """Send a message. Raises NotifyError, which names the host but not the path, as that may be a secret."""
    host = urlsplit(url).netloc
    try:
        status = _status(url, msgspec.json.encode(message.document))
    except (requests.ConnectionError, requests.Timeout) as error:
        if fault := certificate_fault(error):
            raise NotifyError(
                f"The webhook's host {host} shows a certificate that is not trusted ({fault}).", _ADVICE
            ) from None
        raise NotifyError(f"The webhook's host {host} {connection_fault(error)}.", _ADVICE) from None
    except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError, OSError) as error:
        # Only the class of the error is reported: its text may quote the address.
        raise NotifyError(
            f"Messages cannot be sent to {host} with these settings ({type(error).__name__}).", _ADVICE
        ) from None
    if not 200 <= status < 300:
        status_text = f"{status} {reasons.get(status, '')}".strip()
        raise NotifyError(f"The webhook at {host} answered {status_text}.", _ADVICE)


def _status(url: str, document: bytes) -> int:
    """The status of the answer. The bare adapter follows no redirects, keeps no cookies and reads no .netrc or body."""
    headers = {"Content-Type": "application/json", "User-Agent": f"ladebog/{__version__}"}
    request = requests.Request("POST", url, headers=headers, data=document).prepare()
    with requests.Session() as session:
        # Unencrypted requests to loopback must not go through a proxy that the environment names.
        session.trust_env = urlsplit(url).scheme == "https"
        settings = session.merge_environment_settings(url, {}, True, None, None)
        with session.get_adapter(url).send(
            request, timeout=(_CONNECT, _READ), verify=settings["verify"] or True, proxies=settings["proxies"]
        ) as response:
            return response.status_code
