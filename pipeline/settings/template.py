"""The content of a new ladebog.toml: every key, commented out, with its default or an example."""

import msgspec

from pipeline.settings.schema import Settings, Source

POLICY = """\
# The tables below belong to an account: write its name instead of home. Amounts are in the account's currency.

# How sessions are reimbursed from a day on: billed (what the operator charged; the default), rate, electricity_cost
# (your own cost, if the operator tracks it) or spot.
# [[account.home.reimbursement]]
# valid_from = 2025-01-01
# basis = "rate"
# rate = 2.79                   # per kWh, tax included; only with this basis

# [[account.home.reimbursement]]
# valid_from = 2026-01-01
# basis = "spot"

# Under spot: what is added to the spot price, per kWh without tax. The amounts are examples: yours are on your bill.
# Each name needs one price for every hour of every day, 0 if it is free: if one is missing, the amount of the session
# is unknown. Denmark's electricity tax is added automatically, unless you name an addition "electricity tax" (or
# "elafgift").
# Without additions, only the spot price with tax (and the electricity tax) is reimbursed.
# [[account.home.addition]]
# name = "grid fee"
# per_kwh = 0.1041
# valid_from = 2026-01-01
# valid_to = 2027-01-01         # the first day on which it no longer applies; optional
# from_hour = 0                 # local hours: from 00:00 until 06:00
# to_hour = 6
# months = [10, 11, 12, 1, 2, 3]

# [[account.home.addition]]
# name = "grid fee"
# per_kwh = 0.3124
# valid_from = 2026-01-01
# valid_to = 2027-01-01
# from_hour = 6
# to_hour = 17
# months = [10, 11, 12, 1, 2, 3]

# [[account.home.addition]]
# name = "grid fee"
# per_kwh = 0.9371
# valid_from = 2026-01-01
# valid_to = 2027-01-01
# from_hour = 17
# to_hour = 21
# months = [10, 11, 12, 1, 2, 3]

# [[account.home.addition]]
# name = "grid fee"
# per_kwh = 0.3124
# valid_from = 2026-01-01
# valid_to = 2027-01-01
# from_hour = 21
# to_hour = 24
# months = [10, 11, 12, 1, 2, 3]

# [[account.home.addition]]
# name = "grid fee"
# per_kwh = 0.1562
# valid_from = 2026-01-01
# valid_to = 2027-01-01
# months = [4, 5, 6, 7, 8, 9]

# [[account.home.addition]]
# name = "system fee"
# per_kwh = 0.072
# valid_from = 2026-01-01

# [[account.home.addition]]
# name = "transmission fee"
# per_kwh = 0.043
# valid_from = 2026-01-01

# [[account.home.addition]]
# name = "supplier's markup"
# per_kwh = 0.08
# valid_from = 2026-01-01

# If the operator refunds the electricity tax: how much per kWh, from a day on. It is subtracted under every basis. In
# Denmark it is the tax less 0.004. From 2026 on that is at most 0.004, in practice not paid: without an entry it is 0.
# [[account.home.tax_refund]]
# valid_from = 2025-01-01
# per_kwh = 0.716

# [[account.home.tax_refund]]
# valid_from = 2026-01-01
# per_kwh = 0

# A country's standard rate of value added tax. It overrides those that Ladebog knows (DK, NO, SE, FI, DE, NL).
# [[tax_rate]]
# country = "AT"
# name = "USt."
# rate = 0.20
# valid_from = 1984-01-01

# Who claims, who pays, and how. What you leave out is a line on the claim to fill in by hand.
# [driver]
# name = "Your name"
# employee_number = "4711"
# bank_account = "0000 0000000000"

# [employer]
# name = "Your employer"
# registration_number = ""      # in Denmark the CVR number
# cost_centre = ""

# [claim]
# attribution = "stop"          # a session belongs to the month in which it stopped; "split" divides it between months
# language = "da"               # or "en"

# A car that is charged. Sessions of a private car are not claimed.
# [[car]]
# name = "Golf"
# plate = "XX 00 000"
# owner = "company"             # or "private"

"""

NOTIFY = """\
# Where messages about failed runs and new errors are sent, each at most once a day: a webhook (a POST of JSON), mail,
# or both. Try it with: ladebog notify --test
# [notify]
# webhook = "https://hooks.example.org/ladebog"

# [notify.mail]
# host = "smtp.example.org"
# port = 587
# starttls = true
# from = "ladebog@example.org"
# to = ["you@example.org"]
# username = ""                 # leave out both if the server asks for no login
# password_variable = ""        # the name of the environment variable that holds the password, not the password
"""


def sample() -> str:
    """The content of a new settings file."""
    lines = ["# Ladebog's settings. Remove the # of a line to set it. Do not put secrets here.", "", "# [source]"]
    lines += [f"# {field.name} = {field.default}" for field in msgspec.structs.fields(Source)]
    lines += ["", "# [report]", f"# closed_after_hours = {Settings(accounts={}).closed_after_hours}", ""]
    lines += [POLICY, NOTIFY, ""]
    return "\n".join(lines)
