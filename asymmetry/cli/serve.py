"""The command that opens the local page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from asymmetry.errors import require

__all__ = ["serve"]


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of patients and photos.  [default: the user's data folder]",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port.  [default: a free one]"
)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.option(
    "--lock-after",
    type=click.FloatRange(0, min_open=True),
    metavar="MINUTES",
    help="Lock the page after a pause of this length.",
)
@click.option("--workers", type=click.IntRange(1), help="Worker processes.  [default: one a core]")
@click.option("--no-demo", is_flag=True, help="Don't show the demo's patient at the first visit.")
def serve(data: Path | None, port: int, no_browser: bool, no_demo: bool, **options: Any) -> None:
    """Open the local page, for patients and their photos.

    It answers on this computer only. Prints its address; Ctrl-C ends it.
    """
    for module in ("starlette", "uvicorn", "python_multipart", "pebble"):
        require(module, "the page", "web")
    from asymmetry.web.server import serve as serve_page

    browser, shown = not no_browser, not no_demo
    serve_page(data, port=port, open_browser=browser, demo=shown, announce=click.echo, **options)
