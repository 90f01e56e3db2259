"""A notebook about a logbook's charging: its months, the hours of the day, and its sessions.

Open it with: uvx --with duckdb --with polars marimo edit docs/notebooks/charging.py
It reads the published database of the logbook in ~/Ladebog, or in the folder that LADEBOG_HOME names.
"""

import marimo

app = marimo.App(app_title="Charging")


@app.cell
def _():
    import os
    from pathlib import Path

    import duckdb
    import marimo as mo
    import polars

    home = Path(os.environ.get("LADEBOG_HOME", "~/Ladebog")).expanduser()
    connection = duckdb.connect(home / "ladebog.duckdb", read_only=True)

    def ask(query, **parameters):
        """The result of a query as a table of polars; money and energy stay exact decimals."""
        return polars.DataFrame(connection.sql(query, params=parameters or None))

    return ask, mo


@app.cell
def _(ask, mo):
    years = ask("select distinct year(month) as year from months order by year desc")["year"].to_list()
    year = mo.ui.dropdown([str(year) for year in years], value=str(years[0]), label="Year")
    mo.vstack([mo.md("# Charging"), year])
    return (year,)


@app.cell
def _(ask, mo, year):
    months = ask(
        """
        select account, month, currency, sessions, energy_kwh, amount_incl_tax, average_price_incl_tax
        from months
        where year(month) = $year
        order by account, currency, month
        """,
        year=int(year.value),
    )
    mo.vstack([mo.md("## Months\nA session counts whole in the month that it stopped in."), months])
    return (months,)


@app.cell
def _(ask, mo, year):
    hours = ask(
        """
        select
            account,
            currency,
            hour_of_day,
            sum(energy_kwh) as energy_kwh,
            sum(amount_incl_tax) as amount_incl_tax,
            price_per_kwh(sum(amount_incl_tax), sum(energy_kwh)) as average_price_incl_tax
        from session_hours
        where year(day) = $year
        group by account, currency, hour_of_day
        having sum(energy_kwh) > 0
        order by account, currency, hour_of_day
        """,
        year=int(year.value),
    )
    mo.vstack([mo.md("## Hours of the day\nEach hour has its part of a session, by the driver's clock."), hours])
    return (hours,)


@app.cell
def _(ask, mo, year):
    sessions = ask(
        """
        select account, session_id, started_local, charge_point, energy_kwh, amount_incl_tax, currency, note
        from sessions
        where year(stopped_local) = $year
        order by started_local
        """,
        year=int(year.value),
    )
    mo.vstack([mo.md("## Sessions"), sessions])
    return (sessions,)


if __name__ == "__main__":
    app.run()
