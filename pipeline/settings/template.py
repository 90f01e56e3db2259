"""What a new settings file shows of the settings about money, claims, cars and messages, commented out."""

import msgspec

from pipeline.settings.schema import Settings, Source

POLICY = """\
# The tables below go under your account's name in the place of home, with amounts in the account's currency.

# What sessions are reimbursed with, from a day on: billed (what the operator charged, and what holds where nothing is
# set), rate, electricity_cost (your own cost, where the operator tracks it) or spot.
# [[account.home.reimbursement]]
# valid_from = 2025-01-01
# basis = "rate"
# rate = 2.79                   # a kWh, tax included; with this basis only

# [[account.home.reimbursement]]
# valid_from = 2026-01-01
# basis = "spot"

# Under spot: what a kWh costs besides the spot price, without tax. The amounts are examples: yours are on your bill.
# Each name needs one price for every hour of every day, 0 where it costs nothing: where one is missing, the session's
# amount is not known. Denmark's electricity tax is added by itself, unless you name an addition "electricity tax".
# Set none, and the spot price with tax (and the electricity tax) is all that is reimbursed.
# [[account.home.addition]]
# name = "grid fee"
# per_kwh = 0.1041
# valid_from = 2026-01-01
# valid_to = 2027-01-01         # the first day on which it no longer holds; leave it out while it does
# from_hour = 0                 # local hours: from 0 until 6
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

# Where the operator refunds the electricity tax: how much a kWh, from a day on. It is subtracted under every basis.
# [[account.home.tax_refund]]
# valid_from = 2025-01-01
# per_kwh = 0.712

# A country's standard rate of value added tax, before those that Ladebog knows (DK, NO, SE, FI, DE, NL).
# [[tax_rate]]
# country = "AT"
# name = "USt."
# rate = 0.20
# valid_from = 1984-01-01

# Who claims, from whom, and how. What is left out is a line on the claim to fill in by hand.
# [driver]
# name = "Your name"
# employee_number = "4711"
# bank_account = "0000 0000000000"

# [employer]
# name = "Your employer"
# registration_number = ""      # in Denmark the CVR number
# cost_centre = ""

# [claim]
# attribution = "stop"          # a session belongs to the month it stopped in; "split" divides it between months
# language = "da"               # or "en"

# A car that is charged. What charges a private one is on no claim.
# [[car]]
# name = "Golf"
# plate = "XX 00 000"
# owner = "company"             # or "private"

"""

NOTIFY = """\
# Where to tell you when a run failed or found a new error, each at most once a day: a webhook (a POST of JSON), mail,
# or both. Try it with: ladebog notify --test
# [notify]
# webhook = "https://hooks.example.org/ladebog"

# [notify.mail]
# host = "smtp.example.org"
# port = 587
# starttls = true
# from = "ladebog@example.org"
# to = ["you@example.org"]
# username = ""                 # leave both out where the server asks for no login
# password_variable = ""        # the name of the environment variable that holds the password, not the password
"""


def sample() -> str:
    """What a new settings file says: every key that may be set, commented out at its default or with an example."""
    lines = ["# Ladebog's settings; no secrets in here. A line without its # takes effect.", "", "# [source]"]
    lines += [f"# {field.name} = {field.default}" for field in msgspec.structs.fields(Source)]
    lines += ["", "# [report]", f"# closed_after_hours = {Settings(accounts={}).closed_after_hours}", ""]
    lines += [POLICY, NOTIFY, ""]
    return "\n".join(lines)
