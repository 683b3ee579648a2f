"""A web service with one Extractor for all its threads: every answer is that of the photo that was sent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from asymmetry import Extractor, measure
from tests.photos import encoded

fastapi = pytest.importorskip("fastapi", reason="the extra dev is not installed")
testclient = pytest.importorskip("fastapi.testclient", reason="the extra dev is not installed")

POSTS, CLIENTS = 200, 16
COLUMN = "brow_height_diff_mm"


def test_two_hundred_posts_at_once(portrait_path: Path, astronaut_path: Path) -> None:
    photos = []
    for path in (portrait_path, astronaut_path):
        with Image.open(path) as image:
            small = image.convert("RGB").resize((240, 240))
        photos += [encoded(small.rotate(angle, fillcolor=(128,) * 3), "JPEG") for angle in (0, 5)]
    photos.append(b"no photo")
    extractor = Extractor(method="plain")
    app = fastapi.FastAPI()

    def score(photo: Any = fastapi.Body(media_type="application/octet-stream")) -> dict[str, Any]:  # noqa: B008
        table = measure(extractor.extract([photo]), sd=False)
        return {"status": str(table["status"][0]), "value": table.to_dict()[COLUMN][0]}

    score.__annotations__["photo"] = (
        bytes  # FastAPI reads it, and this module's annotations are texts
    )
    app.post("/score")(score)
    known = [score(photo) for photo in photos]
    assert known[-1] == {"status": "unreadable", "value": None}
    with testclient.TestClient(app) as client, ThreadPoolExecutor(CLIENTS) as pool:

        def post(i: int) -> tuple[int, Any]:
            answer = client.post("/score", content=photos[i % len(photos)])
            return answer.status_code, answer.json()

        answers = list(pool.map(post, range(POSTS)))
    extractor.close()
    assert answers == [(200, known[i % len(photos)]) for i in range(POSTS)]
