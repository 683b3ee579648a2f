"""The set of photos, judged before it is believed: doubtful photos are set aside with the reason.

Nothing is turned round or redated by itself. A manifest is believed against every doubt.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from asymmetry.core.arrays import FloatArray, Mask
from asymmetry.core.frame import Upright, head_angles
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note, NoteArray, note_array
from asymmetry.photos.dates import day_of
from asymmetry.photos.record import PhotoRecord
from asymmetry.series.doubtful_dates import doubt_dates
from asymmetry.series.likeness import (
    face_to_compare,
    find_mirrored,
    find_strangers,
    shapes,
    signatures,
    smiles,
)
from asymmetry.series.sharpness import find_blurred, read_blur

__all__ = ["is_of_another", "judge_photos"]

Reasons = dict[int, Note]

#: Why a photo is set aside that shows another person.
_OF_ANOTHER = ("another_subject", "another_person")
#: A head turned by more degrees is no frontal view, as oblique ones of a clinic are; one turned by less than
#: those of `_FRONTAL_DEG` is one.
_OBLIQUE_DEG, _FRONTAL_DEG = 20.0, 15.0


def is_of_another(notes: NoteArray, *codes: str) -> Mask:
    """Whether each photo was set aside because it shows another person.

    Parameters
    ----------
    notes : NoteArray, shape (n,)
        The photos' notes.
    *codes : {"another_subject", "another_person"}
        Who says so: the manifest, or the shape of the face. Default: either.
    """
    asked = codes or _OF_ANOTHER
    return np.array([any(note.code in asked for note in own) for own in notes], dtype=bool)


def judge_photos(
    landmarks: Landmarks,
    about: Sequence[PhotoRecord],
    turned: Upright,
    treated_on: date | None = None,
    today: date | None = None,
) -> Landmarks:
    """Judge photos: those that can't be believed become ``"rejected"`` or lose their date, and say why.

    Set aside are photos that the manifest does not want, second files of one exposure, oblique views beside
    a frontal one, and photos that are blurred, of another person or mirrored against the others. A date is
    set aside if it is far from all others.

    Parameters
    ----------
    landmarks : Landmarks
        n photos as they were read.
    about : sequence of PhotoRecord
        The facts known about them, in the same order.
    turned : Upright
        Their faces, turned upright.
    treated_on, today : datetime.date, optional
        As for `doubt_dates`.
    """
    out = {row: Note("unwanted") for row, each in enumerate(about) if each.use is False}
    out |= _find_exposures(landmarks, about)
    out |= _find_subjects(about)
    out |= _find_oblique(landmarks, about, out)
    out |= _find_blurred(landmarks, about, out)
    out |= _find_unlike(landmarks, about, turned, out)
    photos, taken = landmarks.photo.tolist(), landmarks.taken.tolist()
    for row, note in out.items():
        if note.code in _OF_ANOTHER:
            taken[row] = ""  # whose days and camera say nothing about the person's
    dates, asked = doubt_dates(photos, taken, about, treated_on, today)
    if not (dates or asked or out):
        return landmarks
    notes = list(landmarks.notes)
    for reasons in (out, dates, asked):
        for row, note in reasons.items():
            notes[row] = (*notes[row], note)
    known, status = landmarks.taken.copy(), landmarks.status.copy()
    known[list(dates)] = ""
    usable = [row for row in out if landmarks.usable[row]]
    status = status.astype(np.result_type(status, "<U8"))
    status[usable] = "rejected"
    return replace(landmarks, notes=note_array(notes), taken=known, status=status)


def _find_exposures(landmarks: Landmarks, about: Sequence[PhotoRecord]) -> Reasons:
    """Photos of the same instant to the fraction of a second, of which the first that was measured counts."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, taken in enumerate(landmarks.taken.tolist()):
        if (
            "." in taken
            and landmarks.usable[row]
            and not about[row].copy_of
            and about[row].use is not True
        ):
            rows[taken].append(row)
    names = landmarks.photo.tolist()
    return {
        row: Note("same_file", photo=names[each[0]]) for each in rows.values() for row in each[1:]
    }


def _find_subjects(about: Sequence[PhotoRecord]) -> Reasons:
    """Photos of which the manifest says that they show somebody else than most of them do."""
    named = {row: each.subject for row, each in enumerate(about) if "subject" in each.written}
    plain = {row: _spell_alike(who) for row, who in named.items()}
    if len(set(plain.values())) <= 1:
        return {}
    ((most, _),) = Counter(plain.values()).most_common(1)
    return {
        row: Note("another_subject", subject=who)
        for row, who in named.items()
        if plain[row] != most
    }


def _spell_alike(name: str) -> str:
    """A name without the differences that typing it twice makes: letter case, spaces, composed letters."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _find_oblique(landmarks: Landmarks, about: Sequence[PhotoRecord], out: Reasons) -> Reasons:
    """Views from aside of a day that has a frontal one, of the same expression where somebody says one."""
    yaw = np.abs(head_angles(landmarks.pose)[0])
    rows = _rows_to_compare(landmarks, out)
    day = {row: day_of(str(landmarks.taken[row])) for row in rows}
    frontal = {(day[row], about[row].expression) for row in rows if yaw[row] <= _FRONTAL_DEG}
    return {
        row: Note("oblique_view")
        for row in rows
        if yaw[row] > _OBLIQUE_DEG
        and day[row] is not None
        and (day[row], about[row].expression) in frontal
        and about[row].use is not True
    }


def _find_blurred(landmarks: Landmarks, about: Sequence[PhotoRecord], out: Reasons) -> Reasons:
    rows = _rows_to_compare(landmarks, out)
    blur = read_blur(_take(landmarks, rows))
    found = find_blurred(blur)
    usual = float(np.nanmedian(blur[~found])) if found.any() else 0.0
    return {
        row: Note("blurred_beside_others", value=mm, usual=usual)
        for row, blurred, mm in zip(rows, found.tolist(), blur.tolist(), strict=True)
        if blurred and about[row].use is not True
    }


def _find_unlike(
    landmarks: Landmarks, about: Sequence[PhotoRecord], turned: Upright, out: Reasons
) -> Reasons:
    """Photos of another person, and of the others those that are mirrored against most."""
    rows = _rows_to_compare(landmarks, out)
    if len(rows) < len(landmarks):
        turned = turned.select(np.array(rows, dtype=np.intp))
    some = _take(landmarks, rows)
    face = face_to_compare(turned)
    known = [about[row] for row in rows]
    strange = _find_strangers(shapes(some, face), smiles(some), known)
    alike = np.flatnonzero(~strange).tolist()
    signature = signatures(some, face)[alike]
    mirrored = _find_mirrored(signature, [known[at] for at in alike])
    found = {rows[at]: Note("another_person") for at in np.flatnonzero(strange).tolist()}
    return found | {rows[alike[at]]: note for at, note in mirrored.items()}


def _find_strangers(shape: FloatArray, smile: FloatArray, known: Sequence[PhotoRecord]) -> Mask:
    told = ["subject" in each.written or each.use is True for each in known]
    return np.asarray(find_strangers(shape, smile) & ~np.array(told, dtype=bool))


def _find_mirrored(signature: FloatArray, known: Sequence[PhotoRecord]) -> Reasons:
    sure = [at for at, each in enumerate(known) if "mirrored" in each.written or each.use is True]
    found = find_mirrored(signature, sure, [each.front_camera for each in known])
    plain, front = Note("looks_mirrored"), Note("looks_mirrored_front")
    return {at: front if known[at].front_camera else plain for at in np.flatnonzero(found).tolist()}


def _rows_to_compare(landmarks: Landmarks, out: Reasons) -> list[int]:
    return [row for row in np.flatnonzero(landmarks.usable).tolist() if row not in out]


def _take(landmarks: Landmarks, rows: list[int]) -> Landmarks:
    """These rows, in order; nothing is copied where they are all."""
    return landmarks if len(rows) == len(landmarks) else landmarks[rows]
