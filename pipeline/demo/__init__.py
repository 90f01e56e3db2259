"""The demo operator: one driver's charging sessions, generated from a seed and served as the app API does.

A tenant is what AMPECO calls one operator's part of its platform: `Tenant` has the sessions and logins, `DemoServer`
answers requests about them.

`ladebog demo` runs on it and the tests talk to it, so nothing in it depends on the rest of the pipeline:

    tenant = Tenant()
    with DemoServer(tenant, Faults.every()) as server:
        ...  # read from server.url with tenant.token

In the order of the data: `scenes` and `driver` plan charges; `charging` turns a plan and the `prices` into a session
of the `model`; `tenant` keeps the sessions and issues `tokens`; `endpoints` answer with them, in the form of `answers`
and `charge_point`; `server` sends the answer, or one of the `faults`.
"""

from pipeline.demo.faults import Faults
from pipeline.demo.model import DEMO_NOW
from pipeline.demo.server import DemoServer, Request
from pipeline.demo.tenant import Tenant

__all__ = ["DEMO_NOW", "DemoServer", "Faults", "Request", "Tenant"]
