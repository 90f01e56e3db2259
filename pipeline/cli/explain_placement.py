"""What an explanation says of when energy flowed, where no power history shows it."""

from reports.explanation import Explanation

_HOW = {
    "power history": "",
    "charging periods": "no power history: when it flowed is assumed, in proportion to the time of charging periods",
    "stop": "no power history and no charging period: when it flowed is unknown, so all of it is put at the stop",
}


def placement(explanation: Explanation) -> str:
    """Why the energy is in the hours that it is in, or nothing if its power history shows it or there is none."""
    return _HOW[explanation.hours[0]["placed_by"]] if explanation.session["energy_kwh"] else ""


def is_time_unknown(explanation: Explanation) -> bool:
    """Whether nothing shows when its energy flowed."""
    return bool(explanation.hours[0]["placed_by"] == "stop")
