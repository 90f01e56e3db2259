"""The one place that talks to the host of a webhook: a POST of JSON, of whose answer only the status is read."""

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
    """Send a message. Raises NotifyError, which names the host and not the path: that may be what guards it."""
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
        # Only the kind of error is told: the text may quote the address.
        raise NotifyError(
            f"Nothing can be sent to {host} as things are set up ({type(error).__name__}).", _ADVICE
        ) from None
    if not 200 <= status < 300:
        named = f"{status} {reasons.get(status, '')}".strip()
        raise NotifyError(f"The webhook at {host} answered {named}.", _ADVICE)


def _status(url: str, document: bytes) -> int:
    """What it answers. The adapter alone follows no redirect, keeps no cookie, knows no .netrc and reads no body."""
    headers = {"Content-Type": "application/json", "User-Agent": f"ladebog/{__version__}"}
    request = requests.Request("POST", url, headers=headers, data=document).prepare()
    with requests.Session() as session:
        # What goes to loopback in clear text must not pass through a proxy that the environment names.
        session.trust_env = urlsplit(url).scheme == "https"
        around = session.merge_environment_settings(url, {}, True, None, None)
        with session.get_adapter(url).send(
            request, timeout=(_CONNECT, _READ), verify=around["verify"] or True, proxies=around["proxies"]
        ) as response:
            return response.status_code
