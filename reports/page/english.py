"""The texts of the page in English, by key. `danish` has the same keys and placeholders, which a test checks."""

TEXTS = {
    # The page
    "title": "Charging log",
    "skip": "Skip to the content",
    "contents": "Contents",
    "accounts": "Accounts",
    "made": "Figures as of {moment}. The page is made again when a run changes something.",
    "empty": "Nothing is archived yet. Fetch your sessions with: ladebog run",
    "as_table": "Figures as a table",
    "unknown": "unknown",
    "tax": "Tax",
    # The head
    "head": "newest closed month",
    "head.none": "No month is closed yet.",
    "head.energy": "Energy",
    "head.cost": "Cost",
    "head.of_which": "Of which {tax}",
    "head.price": "Average price",
    "head.per_kwh": "{currency} per kWh",
    "head.sessions": "{count} sessions",
    "head.session": "1 session",
    "head.change": "{percent} against {month} ({price})",
    "head.no_change": "no price in {month} to compare with",
    # What to do
    "due": "To be claimed",
    "due.none": "Nothing is waiting to be claimed.",
    "due.corrections": "Corrections of claimed months",
    "due.more": "{count} earlier months",
    "due.more_one": "1 earlier month",
    "due.command": "Claim the oldest with:",
    "due.unpaid": "Claimed and not paid",
    "due.claim": "Claim no. {number}",
    "attention": "Needs attention",
    "attention.none": "Nothing needs your attention.",
    "attention.failed": "The newest run failed.",
    "attention.interrupted": "The newest run was interrupted.",
    "attention.details": "Sessions without details: {count}",
    "attention.quarantined": "Answers that cannot be read: {count}",
    "attention.errors": "Errors: {count}",
    "attention.warnings": "Warnings: {count}",
    # Charts
    "year": "Year",
    "year.sums": "{sessions} sessions, {energy} kWh, {amount} {currency}",
    "months": "Months",
    "months.label": "Bars of the kWh and the cost in {currency} of each month of {year}. A table follows.",
    "months.open": "Pale: the month is not closed yet.",
    "calendar": "Days",
    "calendar.label": "A calendar of {year} in which days are coloured by their kWh. A table follows.",
    "calendar.up_to": "up to {energy}",
    "calendar.stop": "A session counts in full on the day on which it stopped. Energy in kWh.",
    "hours": "Price and energy by hour of day",
    "hours.label": (
        "The average price in {currency} per kWh, and the kWh, of each hour of the day in {year}. A table follows."
    ),
    "hours.price": "{currency} per kWh",
    "money": "Where the money went",
    "money.label": (
        "Bars of the parts of each month's bill in {currency} in {year}: spot price, markup, tax and the rest. "
        "A table follows."
    ),
    "money.spot": "Spot price",
    "money.markup": "Markup",
    "money.rest": "Other",
    "money.note": (
        "Spot price and markup are without tax. Other is what the prices do not explain: fees, minimum prices, tariffs "
        "with one price, and roundings."
    ),
    "foreign": "In other currencies",
    "foreign.note": "These sessions are not in the figures above: amounts in different currencies are never added.",
    # Columns
    "column.month": "Month",
    "column.day": "Day",
    "column.hour": "Hour",
    "column.sessions": "Sessions",
    "column.energy_kwh": "kWh",
    "column.amount": "Cost, {currency}",
    "column.cost": "Cost",
    "column.currency": "Currency",
    "column.tax": "Tax, {currency}",
    "column.price": "{currency} per kWh",
    "column.state": "State",
    "state.closed": "closed",
    "state.open": "not closed",
}
