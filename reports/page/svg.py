"""SVG elements as markup that can stand in a page; all text in them is escaped."""

from decimal import Decimal

from markupsafe import Markup, escape

_Value = str | int | float | Decimal


def element(name: str, *content: str, **attributes: _Value) -> Markup:
    """An element. In the names of attributes, `_` stands for `-`, and one at the end is left out: `class_`."""
    given = "".join(
        f' {key.removesuffix("_").replace("_", "-")}="{escape(_text(value))}"' for key, value in attributes.items()
    )
    inside = "".join(escape(part) for part in content)
    return Markup(f"<{name}{given}>{inside}</{name}>" if inside else f"<{name}{given}/>")  # noqa: S704 (escaped above)


def drawing(form: str, width: float, height: float, label: str, parts: list[Markup]) -> Markup:
    """A whole drawing, in the form `wide` or `narrow`, that screen readers announce by its label."""
    return element(
        "svg",
        element("g", *parts, aria_hidden="true"),
        class_=form,
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        aria_label=label,
    )


def text(x: float, y: float, words: str, class_: str = "", anchor: str = "middle") -> Markup:
    """A line of text whose middle, start or end is at x."""
    classes = " ".join(name for name in (class_, "" if anchor == "middle" else anchor) if name)
    return element("text", words, x=x, y=y, **({"class_": classes} if classes else {}))


def rectangle(x: float, y: float, width: float, height: float, class_: str) -> Markup:
    """A rectangle."""
    return element("rect", x=x, y=y, width=width, height=height, class_=class_)


def path(points: list[tuple[float, float]], class_: str) -> Markup:
    """A line through points."""
    return element("path", d="M" + "L".join(f"{number(x)} {number(y)}" for x, y in points), class_=class_)


def number(value: float) -> str:
    """A coordinate, to a tenth."""
    return f"{value:.1f}".removesuffix(".0")


def _text(value: _Value) -> str:
    return value if isinstance(value, str) else number(float(value))
