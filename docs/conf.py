"""How Sphinx makes the documentation: `make docs` writes it to docs/_build/html."""

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

html_theme = "furo"
html_title = "Ladebog"
html_show_sphinx = False
html_copy_source = False
