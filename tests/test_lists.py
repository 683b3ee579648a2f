"""Lists as people keep them, read from files that are made here. No landmark model is needed."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from asymmetry.archive.jobs import find_jobs
from asymmetry.errors import InvalidInputError
from asymmetry.photos.listdates import DateOrder
from asymmetry.photos.manifest import Entry, Manifest, manifest_entries, read_manifest, read_notes
from asymmetry.photos.names import day_from_name, expression_from_name

LIST = 'photo;taken;expression;notes\nMüller 1.jpg;2026-03-09;rest;"links; rechts"\nb.jpg;2026-03-16;smile;\n'


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def write_workbook(path: Path, rows: list[list[str | int]]) -> Path:
    """A workbook with one sheet, as small as can be."""
    cells = "".join(
        "<row>"
        + "".join(
            f"<c><v>{cell}</v></c>"
            if isinstance(cell, int)
            else f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
            for cell in row
        )
        + "</row>"
        for row in rows
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    spreadsheet = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{spreadsheet}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{spreadsheet}.worksheet+xml"/>'
            "</Types>",
        )
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
            '<sheet name="Photos" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        book.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
        )
    return path


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("said", [True, False])
def test_a_list_out_of_any_program(
    tmp_path: Path, encoding: str, separator: str, said: bool
) -> None:
    text = LIST.replace(";", separator).replace("\n", "\r\n")
    if said:
        text = f"sep={separator}\r\n{text}"
    found = read_manifest(write(tmp_path / "manifest.csv", text, encoding))
    assert list(found) == ["Müller 1.jpg", "b.jpg"]
    assert found["Müller 1.jpg"].expression == "rest"
    assert found["Müller 1.jpg"].notes == f"links{separator} rechts"
    assert found["b.jpg"].taken is not None
    assert found["b.jpg"].taken.day == date(2026, 3, 16)


def test_a_workbook(tmp_path: Path) -> None:
    pytest.importorskip("python_calamine", reason="the extra excel is not installed")
    rows: list[list[str | int]] = [
        ["File name", "Date taken", "Pose", "Mirrored"],
        ["a.jpg", "09.03.2026", "Eyes closed", "no"],
        ["b.jpg", 20260316, "", "yes"],
    ]
    write_workbook(tmp_path / "manifest.xlsx", rows)
    manifest = Manifest.of_folder(tmp_path)
    one, two = manifest.find("a.jpg"), manifest.find("b.jpg")
    assert one is not None
    assert two is not None
    assert (one.expression, one.mirrored, two.mirrored) == ("eye_closure", False, True)
    assert [each.taken and each.taken.isoformat() for each in (one, two)] == [
        "2026-03-09",
        "2026-03-16",
    ]


def test_a_workbook_that_is_none(tmp_path: Path) -> None:
    pytest.importorskip("python_calamine", reason="the extra excel is not installed")
    with pytest.raises(InvalidInputError, match=r"manifest.xlsx: can't be read as a workbook"):
        read_manifest(write(tmp_path / "manifest.xlsx", "photo\na.jpg\n"))


def test_two_lists_are_one_too_many(tmp_path: Path) -> None:
    write(tmp_path / "manifest.csv", "photo\n")
    write(tmp_path / "Manifest.TSV", "photo\n")
    with pytest.raises(InvalidInputError, match=r"Manifest.TSV and manifest.csv both exist"):
        Manifest.of_folder(tmp_path)


@pytest.mark.parametrize(
    "headings",
    [
        "photo,taken,expression,notes,subject",
        "File name,Date taken,Pose,Remarks,Patient ID",
        "FILENAME,DateTimeOriginal,View,comment,Subject",
        "SourceFile,CreateDate,Facial expression,Note,person",
        "Dateiname,Aufnahmedatum,Mimik,Bemerkung,Proband",
        "image file,Capture date,movement,notes,participant",
    ],
)
def test_headings_in_common_use(tmp_path: Path, headings: str) -> None:
    path = write(tmp_path / "list.csv", f"{headings}\na.jpg,2026:03:09 10:15:00,smile,tired,P17\n")
    ((_, entry),) = manifest_entries(path)
    assert entry.taken is not None
    assert (entry.taken.isoformat(), entry.expression) == ("2026-03-09T10:15:00", "smile_open")
    assert (entry.notes, entry.subject) == ("tired", "P17")


def test_a_time_in_a_column_of_its_own(tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", "photo,Date,Time\na.jpg,3/9/2026,10:15\nb.jpg,3/23/2026,\n")
    found = [entry.taken for entry in read_manifest(path).values()]
    assert [taken and taken.isoformat() for taken in found] == ["2026-03-09T10:15:00", "2026-03-23"]


def test_an_archive_s_list_spells_names_in_its_own_way(tmp_path: Path) -> None:
    (tmp_path / "Mu\u0308ller").mkdir()
    (tmp_path / "Mu\u0308ller" / "DSC_01.JPG").touch()
    path = write(tmp_path / "list.csv", "photo\nMu\u0308ller/dsc_01.jpg\nlost.jpg\n")
    assert [Path(job.path).name for job in find_jobs(str(path))] == ["DSC_01.JPG", "lost.jpg"]


@pytest.mark.parametrize(
    ("texts", "days"),
    [
        (
            ["09.03.2026", "9.3.26", "31.12.2026 10:15"],
            ["2026-03-09", "2026-03-09", "2026-12-31T10:15:00"],
        ),
        (["3/9/2026", "3/23/2026"], ["2026-03-09", "2026-03-23"]),
        (["3/9/2026", "23/3/2026"], ["2026-09-03", "2026-03-23"]),
        (["5/5/2026"], ["2026-05-05"]),
        (
            ["3/9/2026 1:05 PM", "3/13/2026 12:00 am"],
            ["2026-03-09T13:05:00", "2026-03-13T00:00:00"],
        ),
        (["2026/03/09", "2026-3-9", "20260309"], ["2026-03-09"] * 3),
        (
            ["9 March 2026", "Mar 9, 2026", "09-Mar-2026", "9. März 2026", "March 9th 2026"],
            ["2026-03-09"] * 5,
        ),
    ],
)
def test_a_list_decides_on_its_dates(texts: list[str], days: list[str]) -> None:
    order = DateOrder.of_list(texts)
    assert [order.read(text).isoformat() for text in texts] == days


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026:03:23 24:08:19", "2026-03-23T00:08:19"),
        ("2026-03-23T24:00:00", "2026-03-23T00:00:00"),
        ("23.3.2026 24:08", "2026-03-23T00:08:00"),
        ("2026-03-23 23:59:60", "2026-03-23T23:59:59"),
        ("0000:00:00 00:00:00", None),
        ("0000-00-00", None),
        ("-", None),
    ],
)
def test_times_that_cameras_and_programs_write(tmp_path: Path, text: str, iso: str | None) -> None:
    path = write(tmp_path / "manifest.csv", f"photo,taken\na.jpg,{text}\n")
    taken = read_manifest(path)["a.jpg"].taken
    assert (taken and taken.isoformat()) == iso


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["3/9/2026", "4/9/2026"], "'3/9/2026' could be 2026-09-03 or 2026-03-09"),
        (["23/3/2026", "3/23/2026"], "some dates of the list have the day first"),
        (["32.1.2026"], "'32.1.2026' is not a date"),
        (["46090"], "'46090' is not a date"),
        (["soon"], "'soon' is not a date"),
    ],
)
def test_dates_that_are_asked_about(texts: list[str], said: str) -> None:
    order = DateOrder.of_list(texts)
    with pytest.raises(InvalidInputError) as error:
        order.read(texts[0])
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('photo,taken,notes\na.jpg,2026-03-09,"lid heavy”\nb.jpg,2026-03-16,fine\n', 2),
        ('photo,taken,notes\na.jpg,2026-03-09,ok\nb.jpg,2026-03-16,"fine\nc.jpg,2026-03-17,x\n', 3),
        (
            'photo,taken,notes\na.jpg,2026-03-09,"lid\nb.jpg,2026-03-16,"fine"\nc.jpg,2026-03-17,x\n',
            2,
        ),
        ('photo,taken,notes\na.jpg,2026-03-09,"lid\nb.jpg,2026-03-16,"\nc.jpg,2026-03-17,x\n', 2),
        ('sep=,\nphoto,taken,notes\na.jpg,2026-03-09,"lid\n', 3),
        ('photo,notes\na.jpg,"lid\nb.jpg,fine"\nc.jpg,x\n', 2),
        ('photo,taken,mirrored,notes\na.jpg,,yes,"lid\nb.jpg,2026-03-16"\n', 2),
    ],
)
def test_an_open_quotation_mark_is_an_error_with_its_line(
    tmp_path: Path, text: str, line: int
) -> None:
    with pytest.raises(InvalidInputError, match=rf"line {line}: a quotation mark"):
        read_manifest(write(tmp_path / "manifest.csv", text))


def test_a_cell_of_two_lines_is_no_open_quotation_mark(tmp_path: Path) -> None:
    path = write(
        tmp_path / "manifest.csv", 'photo,taken,notes\na.jpg,2026-03-09,"dry,\ntired"\nb.jpg,,\n'
    )
    assert [entry.notes for entry in read_manifest(path).values()] == ["dry,\ntired", ""]
    path = write(tmp_path / "manifest.csv", 'photo,notes\na.jpg,"dry,\ntired, as in\nb.jpg"\n')
    assert read_manifest(path)["a.jpg"].notes == "dry,\ntired, as in\nb.jpg"


def test_a_comma_in_the_last_notes_is_kept_and_elsewhere_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / "manifest.csv", "photo,notes\na.jpg,dry, tired\n")
    assert read_manifest(path)["a.jpg"].notes == "dry, tired"
    path = write(tmp_path / "manifest.csv", "photo,notes,mirrored\na.jpg,dry, tired,yes\n")
    with pytest.raises(InvalidInputError, match="line 2: 4 cells under 3 headings"):
        read_manifest(path)


def test_columns_of_one_heading_may_not_differ(tmp_path: Path) -> None:
    lines = "photo;date;Date\na.jpg;2026-03-01;2026-03-01\nb.jpg;;2026-03-02\n"
    list_of = tmp_path / "photos.csv"
    list_of.write_text(lines, encoding="utf-8")
    assert [entry.taken.when for entry in read_manifest(list_of).values()] == [
        datetime(2026, 3, 1),
        datetime(2026, 3, 2),
    ]
    list_of.write_text(lines + "c.jpg;2026-03-03;1980-05-04\n", encoding="utf-8")
    with pytest.raises(
        InvalidInputError, match=r"line 4: 2 columns are headed 'date' and differ here"
    ):
        read_manifest(list_of)


@pytest.mark.parametrize(
    ("written", "photo"),
    [
        ("M\u00fcller.jpg", "Mu\u0308ller.jpg"),
        ("Mu\u0308ller.jpg", "M\u00fcller.jpg"),
        ("dsc_01.jpg", "DSC_01.JPG"),
        ("DSC_01", "DSC_01.JPG"),
        ("dsc_01.jpg", "2026-03-02/DSC_01.JPG"),
        ("2026-03-02\\dsc_01.jpg", "2026-03-02/DSC_01.JPG"),
        ("C:\\Users\\Jo\\Photos\\dsc_01.jpg", "DSC_01.JPG"),
        ("C:\\Jo\\anna\\visit\\dsc_01.jpg", "visit/DSC_01.JPG"),
        ("/Users/jo/anna/visit/dsc_01.jpg", "visit/DSC_01.JPG"),
    ],
)
def test_a_line_finds_its_photo(tmp_path: Path, written: str, photo: str) -> None:
    path = write(tmp_path / "list.csv", f"photo\n{written}\n")
    manifest = Manifest(tmp_path / "anna", read_manifest(path))
    assert manifest.find(photo) is not None
    assert manifest.leftover_lines() == []


def test_an_absolute_path_finds_its_photo(tmp_path: Path) -> None:
    (tmp_path / "visit").mkdir()
    entries = {f"{tmp_path.as_posix()}/visit/a.jpg": Entry("a.jpg", expression="rest")}
    assert Manifest(tmp_path, entries).find("visit/a.jpg") is not None


def test_names_that_differ_by_letter_case_only_stay_apart(tmp_path: Path) -> None:
    path = write(tmp_path / "manifest.csv", "photo,notes\na.jpg,small\nA.jpg,large\n")
    manifest = Manifest(tmp_path, read_manifest(path))
    found = manifest.find("A.jpg"), manifest.find("a.jpg")
    assert [entry and entry.notes for entry in found] == ["large", "small"]


def test_a_diary_in_another_language(tmp_path: Path) -> None:
    (note,) = read_notes(write(tmp_path / "notes.csv", "Datum;Note\n9.3.2026;müde\n", "cp1252"))
    lines = 'Datum;Note\n9.3.2026;"müde\n10.3.2026; besser"\n'
    (long,) = read_notes(write(tmp_path / "long.csv", lines))
    assert long.text == "müde\n10.3.2026; besser"
    assert (note.date, note.text) == (date(2026, 3, 9), "müde")


# Names as words


@pytest.mark.parametrize(
    ("name", "expression"),
    [
        ("non_smile/0001.jpg", None),
        ("no smile.jpg", None),
        ("not smiling.jpg", None),
        ("isn't smiling.jpg", None),
        ("without smile.jpg", None),
        ("eyes not closed.jpg", None),
        ("not yet at rest.jpg", None),
        ("no frown, rest.jpg", "rest"),
        ("smile no teeth.jpg", "smile_closed"),
        ("forehead botox.jpg", None),
        ("botox in forehead day 7.jpg", None),
        ("frown lines.jpg", None),
        ("units in glabella.jpg", None),
        ("after brow lift.jpg", None),
        ("smile after botox.jpg", "smile_open"),
        ("raise forehead.jpg", "brow_raise"),
        ("eye close up.jpg", None),
        ("smile_none.jpg", None),
        ("smile - no.jpg", None),
        ("no longer smiling.jpg", None),
        ("neither smile nor frown.jpg", None),
        ("wasn't smiling.jpg", None),
        ("nicht neutral.jpg", None),
        ("no teeth smile.jpg", "smile_closed"),
        ("smile, teeth not shown.jpg", "smile_closed"),
        ("smile no flash.jpg", "smile_open"),
        ("Patient No. 15 smile.jpg", "smile_open"),
        ("smile no 2.jpg", "smile_open"),
        ("smile/not smiling.jpg", None),
        ("smile/not smiling, rest.jpg", "rest"),
        ("non_smile/smile_0001.jpg", None),
        ("non_smile/closed smile.jpg", None),
        ("smile/forehead botox.jpg", "smile_open"),
    ],
)
def test_an_expression_is_read_as_words(name: str, expression: str | None) -> None:
    assert expression_from_name(name) == expression


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("D75_0412.JPG", None),
        ("D70_0001 (1).jpg", None),
        ("D3S_0412.jpg", None),
        ("D750_0412-edited.jpg", None),
        ("Nikon D90/rest.jpg", None),
        ("D7000 rest.jpg", None),
        ("D75 rest.jpg", 75),
        ("D10_2026-03-02.jpg", 10),
        ("D14_2.jpg", 14),
    ],
)
def test_a_camera_is_no_day(name: str, day: int | None) -> None:
    assert day_from_name(name) == day
