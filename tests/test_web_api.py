"""The API of the local page, asked of a real server."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import ExifTags, Image

from asymmetry import Series, score_archive
from asymmetry.cli import main
from asymmetry.metrics import catalogue
from asymmetry.web.person import patient_series
from asymmetry.web.store.store import Store
from tests.photos import encoded
from tests.servers import API, DAYS, Served, check

pytest_plugins = "tests.clinic"


def test_the_description_is_valid_and_served(served: Served) -> None:
    validator = pytest.importorskip(
        "openapi_spec_validator", reason="the extra dev is not installed"
    )
    validator.validate(API)
    assert served.client.get("/api/openapi.json").json() == API


def test_every_described_path_answers(served: Served, patient: str, photo: str) -> None:
    for path, methods in API["paths"].items():
        if "get" not in methods or "/report." in path or path.endswith(("/events", "/export.zip")):
            continue  # test_web_contract has them
        number = photo if path.startswith("/api/photos") else patient
        asked = {
            each["name"]: "brow_height"
            for each in methods["get"].get("parameters", [])
            if each["required"]
        }
        if "course" in path:
            asked = {"metric": "brow_height"}
        answer = served.client.get(path.replace("{id}", number), params=asked)
        assert answer.status_code == 200, f"{path}: {answer.text[:200]}"
        kinds = methods["get"]["responses"]["200"]["content"]
        kind = answer.headers["content-type"].split(";")[0]
        assert kind in kinds
        if kind == "application/json":
            schema = kinds[kind]["schema"]
            jsonschema.Draft202012Validator({**API, **schema}).validate(answer.json())


def test_a_patient_is_changed_and_deleted(served: Served) -> None:
    number = served.add_patient(affected="left")
    changed = served.client.patch(
        f"/api/patients/{number}", json={"affected": None, "name": "P-18"}
    ).json()
    check("Patient", changed)
    assert (changed["affected"], changed["name"]) == (None, "P-18")
    assert served.client.delete(f"/api/patients/{number}").status_code == 204
    assert served.client.get(f"/api/patients/{number}").status_code == 404


def test_numbers_are_those_of_archive_and_series_to_the_bit(
    served: Served, patient: str, photos: dict[str, bytes], tmp_path: Path
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra archive is not installed")
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, data in photos.items():
        (folder / name).write_bytes(data)
    score_archive(folder, tmp_path / "scores.parquet", workers=1)
    archive = parquet.read_table(tmp_path / "scores.parquet").to_pydict()
    assert archive["photo"] == list(photos)
    listed = served.client.get(f"/api/patients/{patient}/photos").json()
    assert [each["name"] for each in listed] == list(photos)
    summaries = served.client.get(f"/api/patients/{patient}/photos?summary=true").json()
    for row, each in enumerate(listed):
        shown = served.client.get(f"/api/photos/{each['id']}").json()
        check("Photo", shown)
        assert shown == each
        check("PhotoSummary", summaries[row])
        assert shown["day"] == (-7, 0, 7)[row]
        for metric in catalogue().values():
            for column, sd in zip(metric.columns, metric.sd_columns, strict=True):
                number = shown["metrics"][column]
                assert same(number["value"], archive[column][row])
                assert same(number["sd"], archive[sd][row])
    for name in list(photos)[1:]:  # a series has one scale for all of its photos
        (folder / name).unlink()
    series = Series.from_folder(folder).static
    for metric in catalogue().values():
        for column in metric.columns:
            assert same(archive[column][0], series[column][0])


def same(number: float | None, known: float | None) -> bool:
    """To the bit; what was not measured is null in JSON and Parquet, and NaN in tables."""
    return number == known or (number is None and known is not None and not np.isfinite(known))


def test_a_point_is_moved_and_put_back(served: Served, photo: str) -> None:
    before = served.client.get(f"/api/photos/{photo}").json()
    x, y = before["points"]["commissure"]["right"]
    answer = served.client.put(
        f"/api/photos/{photo}/points", json={"commissure": {"right": [x, y + 9]}}
    )
    check("Changed", answer.json())
    changed = answer.json()["metrics"]
    old = before["metrics"]["commissure_height_right_mm"]["value"]
    assert changed["commissure_height_right_mm"]["value"] < old - 1
    assert not [name for name in changed if name.startswith(("brow", "mrd1", "fissure"))]
    after = served.client.get(f"/api/photos/{photo}").json()
    assert after["corrected"] == ["commissure right"]
    assert {
        name for name, value in after["metrics"].items() if value != before["metrics"][name]
    } == set(changed)
    assert "placed by hand" in after["reason"]
    told = served.client.get(f"/api/photos/{photo}/history").json()
    assert told[-1]["fact"] == "point commissure right"
    assert (told[-1]["old"], told[-1]["new"]) == (None, [x, y + 9])
    served.client.delete(
        f"/api/photos/{photo}/points", params={"name": "commissure", "side": "right"}
    )
    again = served.client.get(f"/api/photos/{photo}").json()
    assert again["metrics"] == before["metrics"]
    assert again["corrected"] == []


def test_a_preview_keeps_nothing(served: Served, photo: str) -> None:
    before = served.client.get(f"/api/photos/{photo}").json()
    x, y = before["points"]["brow_upper_3"]["left"]
    path = f"/api/photos/{photo}/points"
    told = served.client.put(
        f"{path}?preview=true", json={"brow_upper_3": {"left": [x, y - 5]}}
    ).json()
    assert "brow_height_left_mm" in told["metrics"]
    assert served.client.get(f"/api/photos/{photo}").json() == before


def test_a_mirrored_photo_is_turned_round_with_its_corrections(served: Served, photo: str) -> None:
    before = served.client.get(f"/api/photos/{photo}").json()
    width = before["size"][0]
    x, y = before["points"]["commissure"]["right"]
    served.client.put(f"/api/photos/{photo}/points", json={"commissure": {"right": [x, y + 4]}})
    turned = served.client.patch(f"/api/photos/{photo}", json={"mirrored": True}).json()
    assert turned["corrected"] == ["commissure left"]
    assert turned["points"]["commissure"]["left"] == pytest.approx([width - x, y + 4], abs=0.02)
    told = served.client.get(f"/api/photos/{photo}/history").json()
    assert [each["fact"] for each in told[-2:]] == ["point commissure left", "mirrored"]
    picture = served.client.get(f"/api/photos/{photo}/image?width=200").content
    plain = served.client.patch(f"/api/photos/{photo}", json={"mirrored": None}).json()
    assert plain["corrected"] == ["commissure right"]
    other = served.client.get(f"/api/photos/{photo}/image?width=200").content
    left, right = (
        np.asarray(Image.open(io.BytesIO(each)), dtype=float) for each in (picture, other)
    )
    assert np.abs(left[:, ::-1] - right).mean() < 3


def test_facts_are_corrected_and_taken_back(served: Served, patient: str, photo: str) -> None:
    facts = {"expression": "rest", "taken": "2026-04-01", "excluded": "blurred"}
    shown = served.client.patch(f"/api/photos/{photo}", json=facts).json()
    check("Photo", shown)
    assert (shown["expression"], shown["taken"], shown["excluded"]) == (
        "rest",
        "2026-04-01",
        "blurred",
    )
    review = served.client.get(f"/api/patients/{patient}/changes").json()["review"]
    assert [each["photo"] for each in review if not each["used"]] == [shown["name"]]
    back = served.client.patch(f"/api/photos/{photo}", json=dict.fromkeys(facts)).json()
    assert (back["taken"], back["excluded"]) == (DAYS[1], None)


def test_the_series_is_that_of_the_library(
    served: Served, patient: str, photos: dict[str, bytes], tmp_path: Path
) -> None:
    for name, data in photos.items():
        (tmp_path / name).write_bytes(data)
    series = Series.from_folder(tmp_path, treated_on="2026-03-09", affected="right")
    told = served.client.get(f"/api/patients/{patient}/changes").json()
    check("Changes", told)
    assert told["changes"] == [json.loads(each.to_json()) for each in series.changes()]
    course = served.client.get(
        f"/api/patients/{patient}/course?metric=brow_height&side=right"
    ).json()
    check("Course", course)
    assert course["value"] == series.course("brow_height", side="right").value.tolist()


def test_an_export_is_read_back_to_the_same_numbers(
    served: Served, patient: str, photo: str, tmp_path: Path
) -> None:
    x, y = served.client.get(f"/api/photos/{photo}").json()["points"]["commissure"]["right"]
    served.client.put(f"/api/photos/{photo}/points", json={"commissure": {"right": [x, y + 6]}})
    served.client.patch(f"/api/photos/{photo}", json={"expression": "smile_closed"})
    exported = served.client.get(f"/api/patients/{patient}/export.zip").content
    with zipfile.ZipFile(io.BytesIO(exported)) as archive:
        archive.extractall(tmp_path)
    scores = (tmp_path / "scores.csv").read_text("utf-8").splitlines()
    assert "corrected" in scores[0]
    assert any("commissure right" in line for line in scores[1:])
    again = Series.from_folder(tmp_path)
    again.static.to_csv(tmp_path / "again.csv")
    lines = (tmp_path / "again.csv").read_text("utf-8").splitlines()
    kept = scores[0].split(",").index("corrected")
    assert [",".join(line.split(",")[:kept]) for line in scores] == lines
    imported = import_one(served, {"archive": ("any.zip", exported)})
    known = served.client.get(f"/api/patients/{patient}").json()
    assert imported == {**known, "id": imported["id"]}
    assert read_all(served, imported["id"]) == read_all(served, patient)
    served.client.delete(f"/api/patients/{imported['id']}")


def import_one(served: Served, files: Any) -> dict[str, Any]:
    answer = served.client.post("/api/import", files=files)
    assert answer.status_code == 201, answer.text
    (patient,) = answer.json()["patients"]
    check("Patient", patient)
    return dict(patient)


def read_all(served: Served, patient: str) -> list[tuple[str, Any, Any]]:
    """Names, facts and numbers of all photos, once they are read."""
    listed = served.client.get(f"/api/patients/{patient}/photos").json()
    shown = [served.wait(each["id"]) for each in listed]
    return [(each["name"], each["expression"], each["metrics"]) for each in shown]


def test_all_patients_are_exported_and_imported(served: Served, patient: str) -> None:
    for name in ("Ada", "Ada", "../Eve/"):
        served.add_patient(name=name, affected="left", setting="clinic")
    known = served.client.get("/api/patients").json()
    packed = served.client.get("/api/export.zip").content
    answer = served.client.post("/api/import", files={"archive": ("all.zip", packed)})
    made = answer.json()["patients"]
    assert patient not in [each["id"] for each in made]
    plain = [[{**each, "id": ""} for each in several] for several in (known, made)]
    assert sorted(plain[0], key=str) == sorted(plain[1], key=str)
    for each in served.client.get("/api/patients").json():
        if each["id"] != patient:
            served.client.delete(f"/api/patients/{each['id']}")


def test_news_of_each_photo(served: Served, photos: dict[str, bytes], number: str) -> None:
    with served.client.stream("GET", "/api/events") as stream:
        lines = stream.iter_lines()
        assert next(lines) == ": hello"
        served.bring(number, list(photos.items())[:1])
        told = [
            json.loads(line[6:])
            for line in _until(lines, '"status": "ok"')
            if line.startswith("data: ")
        ]
    assert {each["patient"] for each in told} == {number}
    assert told[-1]["status"] == "ok"


def _until(lines: Iterator[str], text: str) -> Iterator[str]:
    for line in lines:
        yield line
        if text in line:
            return


def test_the_command_line_reads_a_patient_of_the_store(
    served: Served, patient: str, tmp_path: Path
) -> None:
    store = ["series", "--store", str(served.folder)]
    beside = CliRunner().invoke(main, [*store, "--patient", patient])
    assert beside.exit_code == 0, beside.output
    assert "2026-03-09 smile.jpg" in beside.output
    for wrong in (
        ["series"],
        ["series", str(tmp_path), *store[1:]],
        store,
        [*store, "--patient", patient, "--affected", "left"],
    ):
        assert CliRunner().invoke(main, wrong).exit_code == 2
    nobody = CliRunner().invoke(main, [*store, "--patient", "Eve"])
    assert nobody.exit_code == 1
    assert "the store has P-17" in nobody.output


def test_the_command_line_makes_no_store(tmp_path: Path) -> None:
    read = CliRunner().invoke(main, ["series", "--store", str(tmp_path), "--patient", "Ada"])
    assert read.exit_code == 1
    assert "asymmetry serve --data" in read.output
    assert not list(tmp_path.iterdir())


def test_a_folder_is_imported_with_its_lists(served: Served, photos: dict[str, bytes]) -> None:
    (first, data), *_ = photos.items()
    lists = {
        "2026-03-01/rest.jpg": data + b" ",
        "manifest.csv": f"photo,expression,use\n{first},frown,no\n".encode(),
        "treatments.csv": b"date,product\n2026-03-05,20 U\n",
        "notes.csv": b"date,text\n2026-03-06,a headache\n",
        "secret.txt": b"not taken",
    }
    files = [
        ("files", (f"Ada/{name}", content)) for name, content in {first: data, **lists}.items()
    ]
    patient = import_one(served, files)
    assert (patient["name"], patient["treatments"]) == (
        "Ada",
        [{"date": "2026-03-05", "note": "20 U"}],
    )
    listed = served.client.get(f"/api/patients/{patient['id']}/photos").json()
    told = {each["name"]: (each["expression"], each["excluded"], each["taken"]) for each in listed}
    assert told == {
        first: ("frown", "manifest", DAYS[0]),
        "2026-03-01/rest.jpg": ("rest", None, "2026-03-01"),
    }
    (note,) = served.client.get(f"/api/patients/{patient['id']}/notes").json()
    assert note["text"] == "a headache"
    served.client.delete(f"/api/patients/{patient['id']}")


@pytest.mark.parametrize("side", ["right", "left"])
def test_more_light_is_asked_for_on_the_dark_side(
    served: Served, head: Image.Image, side: str
) -> None:
    pixels = np.asarray(head).astype(float)
    middle = 160  # the face's, px
    dark = slice(0, middle) if side == "right" else slice(middle, None)
    pixels[:, dark] *= 0.3
    frame = encoded(pixels.astype(np.uint8), "JPEG", quality=95)
    told = served.client.post("/api/frame?expression=rest", content=frame).json()
    check("Advice", told)
    assert not told["ready"]
    (words,) = [each["words"] for each in told["advice"] if each["code"] == "frame_light"]
    assert words == f"more light on your {side}"


@pytest.mark.parametrize("treated", ["2026-03-02", None], ids=["treated", "by names"])
def test_a_patient_s_dates_are_those_of_a_folder(
    served: Served, head: Image.Image, tmp_path: Path, treated: str | None
) -> None:
    """Day numbers in names, a photo without a date, a new camera, an edit: told and counted alike."""
    names = {
        "2026-03-02 day 0 smile.jpg": "Phone 1",
        "day+7 smile.jpg": "Phone 2",
        "day+14 smile.jpg": "Phone 2",
        "IMG smile.jpg": "Phone 2",
        "2026-03-02 day 0 smile-edited.jpg": "Phone 1",
    }
    for turn, (name, camera) in zip((0, 1, 2, 3, 0), names.items(), strict=True):
        tags = Image.Exif()
        tags[ExifTags.Base.Make], tags[ExifTags.Base.Model] = "Maker", camera
        turned = head.rotate(turn, fillcolor=(128, 128, 128))
        kind = {"quality": 80 if "edited" in name else 92, "exif": tags}
        (tmp_path / name).write_bytes(encoded(turned, "JPEG", **kind))
    number = served.add_patient(treatments=[{"date": treated}] if treated else [])
    answer = served.bring(number, [(name, (tmp_path / name).read_bytes()) for name in names])
    for each in answer.json()["ids"]:
        served.wait(each)
    listed = served.client.get(f"/api/patients/{number}/photos?summary=true").json()
    told = served.client.get(f"/api/patients/{number}/changes").json()
    with Store(served.folder, make=False) as store:
        page = patient_series(store, store.patient(number))
    served.client.delete(f"/api/patients/{number}")
    folder = Series.from_folder(tmp_path, treated_on=treated)
    assert page.static["day"].tolist()[:4] == folder.static["day"].tolist()[:4] == [0, 0, 7, 14]
    statuses = [
        dict(zip(x.static["photo"], x.static["status"], strict=True)) for x in (page, folder)
    ]
    assert statuses[0] == statuses[1]
    assert {each["name"]: each["taken"] for each in listed} == {
        name: taken or None
        for name, taken in zip(folder.static["photo"], folder.static["taken"], strict=True)
    }
    assert [each["day"] for each in listed] == [0, 7, 14, None, 0]
    assert [each.camera for each in page.about] == [each.camera for each in folder.about]
    doubts = sorted((each.photo, each.reason, each.used) for each in folder.review())
    assert sorted((x["photo"], x["reason"], x["used"]) for x in told["review"]) == doubts
    assert any(name == "IMG smile.jpg" and not used for name, _, used in doubts)
    assert [each["words"] for each in told["findings"]] == [str(x.note) for x in folder.findings]
