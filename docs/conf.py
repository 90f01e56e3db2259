"""How Sphinx makes the documentation: `make docs` writes it to docs/_build/html."""

from sphinx.application import Sphinx

from pipeline import __version__

project = "Ladebog"
copyright = "the Ladebog authors"  # noqa: A001 (Sphinx's name for it)
version = release = __version__

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "notebooks"]
nitpicky = True

_IN_DANISH = ("start/kom-godt-i-gang", "start/din-token")


def setup(app: Sphinx) -> None:
    """Have the pages that are in Danish say so."""
    app.connect("html-page-context", _set_language)


def _set_language(app: Sphinx, page: str, template: str, context: dict[str, object], document: object) -> None:
    context["language"] = "da" if page in _IN_DANISH else "en"


html_theme = "furo"
html_title = "Ladebog"
html_show_sphinx = False
html_copy_source = False
