"""Headings of the lists about photos, as clinics, Excel and exiftool write them."""

from __future__ import annotations

__all__ = ["CORRECTION_COLUMNS", "NOTE_COLUMNS", "PHOTO_COLUMNS", "TREATMENT_COLUMNS"]

#: Headings under which a column is found, the surest first; letter case, spaces and signs don't count.
PHOTO_COLUMNS = {
    "photo": (
        "file name",
        "file",
        "photo file",
        "photo name",
        "image",
        "image name",
        "image file",
        "picture",
        "source file",
        "path",
        "file path",
        "full path",
        "foto",
        "bild",
        "dateiname",
        "datei",
    ),
    "taken": (
        "date taken",
        "taken on",
        "taken at",
        "DateTimeOriginal",
        "date time original",
        "capture date",
        "photo date",
        "date",
        "date time",
        "create date",
        "visit date",
        "datum",
        "aufnahmedatum",
    ),
    "time": ("time taken", "uhrzeit"),
    "expression": ("pose", "facial expression", "movement", "task", "view", "ausdruck", "mimik"),
    "mirrored": ("mirror", "flipped", "is mirrored", "gespiegelt"),
    "notes": ("side notes", "note", "remarks", "remark", "comments", "comment", "bemerkung"),
    "side": (),
    "subject": (
        "patient",
        "person",
        "subject id",
        "patient id",
        "participant",
        "case",
        "patient name",
        "proband",
    ),
    "use": ("used", "include", "included", "keep"),
}
#: The same of a diary.
NOTE_COLUMNS = {
    "text": ("note", "notes", "entry", "comment", "remark"),
    "taken": ("date", "day", "datum"),
    "symptom": ("symptoms",),
    "side": (),
}
#: The same of a list of treatments.
TREATMENT_COLUMNS = {
    "date": ("treated on", "treatment date", "day", "datum"),
    "product": ("drug", "toxin", "brand", "produkt", "treatment"),
    "dose": ("units", "dosis", "amount"),
    "sites": ("site", "muscles", "muscle", "points", "where"),
}
#: The same of a list of points that a person moved.
CORRECTION_COLUMNS = {
    "photo": ("file name", "file"),
    "point": ("name",),
    "side": (),
    "x": (),
    "y": (),
}
