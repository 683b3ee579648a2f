"""The steps after a face was read: points that were not seen are left out, doubts are noted.

Each takes a `FaceReading` and returns it with less in it, or with notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from asymmetry.core.arrays import FloatArray, Mask, Pixels
from asymmetry.core.beside import ALONE, Beside
from asymmetry.core.columns import QUALITY
from asymmetry.core.frame import MAX_YAW_HORIZONTAL, head_angles
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note, note_array
from asymmetry.core.schemes import MEDIAPIPE_478, Scheme, Side
from asymmetry.errors import (
    NoFaceError,
    SeveralFacesError,
    UnreadablePhotoError,
    UnsuitablePhotoError,
)
from asymmetry.extract.face.frontal import Frontal, draw_frontal
from asymmetry.extract.face.pose import is_near, is_stretched
from asymmetry.extract.judge.drawn import DrawnLimits, is_drawn_over, vivid_mm2
from asymmetry.extract.judge.fault_errors import FaultErrors, widen_by_faults
from asymmetry.extract.judge.hidden import find_unseen
from asymmetry.extract.judge.limits import (
    GreyLimits,
    JudgeSettings,
    PupilLimits,
    QualityLimits,
)
from asymmetry.extract.judge.pupils import guess_pupils
from asymmetry.extract.judge.quality import (
    blueness,
    blur,
    colour,
    faults,
    judge_quality,
    mean_chroma,
    noise,
)
from asymmetry.extract.judge.spread import behind_glasses, widen
from asymmetry.extract.judge.unclear import note_parts, unseen_parts, widen_unclear
from asymmetry.extract.model.canonical import Canonical
from asymmetry.extract.model.landmarker import Reading
from asymmetry.extract.second_look import same_face
from asymmetry.extract.settings import Settings
from asymmetry.extract.upright import TURNED, FaceReading

__all__ = [
    "SMALLEST_PHOTO_PX",
    "choose_subject",
    "draw_view",
    "drop_cut",
    "drop_hidden",
    "look_at_light",
    "mark_guesses",
    "note_damage",
    "note_drawings",
    "note_faults",
    "note_grey",
    "note_place",
    "to_landmarks",
    "widen_errors",
]

#: The largest of several faces is the subject if its area is this many times the next one's.
SUBJECT_RATIO = 2.5
#: Photos narrower or lower than this (px) are not searched: a face in them would have 0.3 px per mm at best.
SMALLEST_PHOTO_PX = 40
#: A chin that is read as farther up or down than this, degrees, is noted. Poses show three quarters of it:
#: heads turned by 25° read 16° up and 19° down, and lips are then 4 to 5 mm off. 128 photos read 13° up to
#: 10° down.
MOST_PITCH = 16.0
#: Stable points that miss the canonical face by more than this (cm, root mean square) are no face.
LARGEST_MISFIT_CM = 1.0
#: Share of the face's box that may have the grey with which a decoder fills gaps.
MOST_MISSING = 0.02
_FILLED = 128
# Share of a face that may be bluer than red. Of 106 people of all skins it is 0.04 at most, and with red and
# blue exchanged, which moves differences of the sides by up to 1.7 mm, 0.96 at least; in a blue mask 0.7.
_MOST_BLUE = 0.9
_BROWS = [number for name in MEDIAPIPE_478.groups["brow"] for number in MEDIAPIPE_478.pairs[name]]


def choose_subject(
    name: str, photo: Pixels, readings: Sequence[Reading]
) -> tuple[Reading, tuple[Note, ...]]:
    """The one face that a photo is of, and notes about the others.

    Raises
    ------
    UnsuitablePhotoError
        If the photo is too small to hold a face.
    NoFaceError, SeveralFacesError
        If there is no face, or none is clearly the subject.
    """
    height, width = photo.shape[:2]
    if min(height, width) < SMALLEST_PHOTO_PX:
        note = Note("small_photo", width=width, height=height, least=SMALLEST_PHOTO_PX)
        raise UnsuitablePhotoError(name, note)
    if not readings:
        raise NoFaceError(name, Note("no_face"))
    # A covered face may be found twice in one place.
    subject, *rest = readings
    others = [other for other in rest if not same_face(subject.points, other.points)]
    if not others:
        return subject, ()
    if subject.area < SUBJECT_RATIO * others[0].area:
        raise SeveralFacesError(name, Note("several_faces", count=1 + len(others)))
    return subject, (Note("faces_in_background", count=len(others)),)


def note_place(face: FaceReading, canonical: Canonical, name: str) -> FaceReading:
    """Note how the head is held, and a camera that was too near.

    Raises
    ------
    NoFaceError
        If the points do not lie as a face's do.
    """
    if face.pose.residual > LARGEST_MISFIT_CM:
        raise NoFaceError(name, Note("no_face_shape"))
    yaw, pitch, roll = np.ravel(head_angles(face.pose.rotation[None])).tolist()
    yaw, roll = abs(yaw), abs(roll)
    known = canonical.vertices, face.pose, canonical.scheme
    notes = []
    if roll > TURNED:
        notes.append(Note("photo_turned", angle=roll))
    if yaw > MAX_YAW_HORIZONTAL:
        notes.append(Note("head_turned", angle=yaw))
    if abs(pitch) > MOST_PITCH:
        notes.append(Note("head_pitched", angle=abs(pitch), way="down" if pitch > 0 else "up"))
    if yaw <= MAX_YAW_HORIZONTAL and is_stretched(face.points, face.whole, *known):
        notes.append(Note("stretched"))
    elif is_near(face.points, *known):
        notes.append(Note("camera_near"))
    return _add_notes(face, notes)


def note_damage(face: FaceReading, photo: Pixels, name: str, complaint: str) -> FaceReading:
    """Note that the file is damaged, as its decoder complained.

    Raises
    ------
    UnreadablePhotoError
        If part of the face is missing.
    """
    if not complaint:
        return face
    low = np.nanmin(face.points[:, :2], axis=0)
    high = np.nanmax(face.points[:, :2], axis=0)
    left, top = np.maximum(low, 0).astype(int)
    right, bottom = np.maximum(high, 1).astype(int)
    missing = float((photo[top:bottom, left:right] == _FILLED).all(axis=2).mean())
    if missing > MOST_MISSING:
        raise UnreadablePhotoError(name, Note("damaged_face", share=missing, error=complaint))
    return _add_notes(face, [Note("read_past_damage", error=complaint)])


def draw_view(face: FaceReading, photo: Pixels, canonical: Canonical) -> Frontal:
    """The frontal picture of a face that its parts are judged in.

    A half in which the brow is covered finds it somewhere; it is looked at where the whole face has it.
    """
    expected = face.points.copy()
    expected[_BROWS] = face.whole[_BROWS]
    drawn = face.drawn() if face.drawn else None
    return draw_frontal(photo, face.pose, canonical, expected, drawn)


def drop_cut(face: FaceReading, photo: Pixels) -> FaceReading:
    """Leave out points beyond the photo's edge, which were never seen."""
    height, width = photo.shape[:2]
    x, y = face.points[:, 0], face.points[:, 1]
    outside = (x < 0) | (y < 0) | (x > width) | (y > height)
    if not outside.any():
        return face
    note = Note("face_cut", points=int(outside.sum()))
    return _add_notes(replace(face, points=np.where(outside[:, None], np.nan, face.points)), [note])


def drop_hidden(
    face: FaceReading, view: Frontal, settings: Settings, beside: Beside = ALONE
) -> FaceReading:
    """Leave out covered parts, and note lids, brows and corners of the mouth that hardly show.

    Behind glasses brows are the mesh's, for the dark band is as often a rim as a brow.
    """
    limits = settings.judge
    unseen = unseen_parts(face.widths, limits.unclear)
    if unseen and not (view.face.any() and _is_plain_to_see(view, limits)):
        unseen = []
    lost = find_unseen(view, face.blendshapes, face.margins, limits, beside, unseen)
    points, rotation = face.points.copy(), face.pose.rotation
    spread = widen_unclear(face.spread, face.widths, face.pose.scale, limits.unclear)
    if lost.glasses:
        spread = behind_glasses(spread, face.pose.scale, settings.scatter)
    if lost.glasses and face.mesh_brows is not None:
        points[_BROWS] = np.where(np.isnan(points[_BROWS]), np.nan, face.mesh_brows[_BROWS])
    points[lost.points] = np.nan
    spread[lost.points] = np.nan
    pose = replace(face.pose, rotation=np.where(lost.half, np.nan, rotation))
    notes = [*lost.notes, *_note_lids(face, lost.points)]
    notes += note_parts(points, face.widths, limits.unclear)
    # Under a cover points are guesses, which may look like a stretch.
    covered = any(note.code == "covered" for note in notes)
    kept = tuple(note for note in face.notes if not (covered and note.code == "stretched"))
    face = replace(face, points=points, spread=spread, pose=pose, notes=kept)
    return _add_notes(face, notes)


def _is_plain_to_see(view: Frontal, limits: JudgeSettings) -> bool:
    """Whether a photo has colour and is sharp."""
    return (
        view.once(colour) >= limits.grey.colour
        and blur(view, limits.quality) < limits.quality.blur_mm
    )


def mark_guesses(face: FaceReading, limits: PupilLimits) -> FaceReading:
    """Widen the error of irises that were not seen, and note it."""
    guesses = guess_pupils(face.points, face.irises, limits)
    spread = face.spread.copy()
    for side in (*guesses.covered, *guesses.unclear):
        numbers = MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups["iris"])
        least = limits.guess_mm * face.pose.scale / 10
        spread[numbers] = np.where(
            np.isnan(face.points[numbers, 0]), np.nan, np.maximum(spread[numbers], least)
        )
    return _add_notes(replace(face, spread=spread), guesses.notes)


def look_at_light(view: Frontal, limits: JudgeSettings) -> FloatArray:
    """Judge the photo's light and sharpness, and whatever else depends on no part of the face."""
    view.once(colour)
    view.once(blueness)
    view.once(noise)
    view.once(vivid_mm2, limits.drawn)
    return judge_quality(view, limits.quality)


def note_faults(face: FaceReading, quality: FloatArray, limits: QualityLimits) -> FaceReading:
    """Keep the judgement of the photo's light and sharpness, and note its faults."""
    return _add_notes(replace(face, quality=quality), faults(quality, limits))


def note_grey(face: FaceReading, view: Frontal, limits: GreyLimits) -> FaceReading:
    """Widen the error of all parts in a photo without true colour, and note it."""
    note = _judge_colour(view, limits)
    if note is None:
        return face
    spread = widen(face.spread, face.pose.scale, limits.added)
    return _add_notes(replace(face, spread=spread), [note])


def _judge_colour(view: Frontal, limits: GreyLimits) -> Note | None:
    """What is wrong with the face's colour; None where nothing is."""
    if not view.face.any():
        return None
    if view.once(colour) < limits.colour:
        return Note("no_colour")
    if view.once(mean_chroma) > limits.lit:
        return Note("coloured_light")
    return Note("blue_face") if view.once(blueness) > _MOST_BLUE else None


def note_drawings(face: FaceReading, view: Frontal, limits: DrawnLimits) -> FaceReading:
    """Note that something is drawn or stuck over the face."""
    return _add_notes(face, [Note("drawn_over")] if is_drawn_over(view, limits) else [])


def widen_errors(face: FaceReading, view: Frontal, errors: FaultErrors) -> FaceReading:
    """Widen the error of points by the photo's faults."""
    spread = widen_by_faults(face.spread, face.pose.scale, _fault_figures(face, view), errors)
    return replace(face, spread=spread)


def _fault_figures(face: FaceReading, view: Frontal) -> dict[str, float]:
    """Figures of faults by the names in `FaultErrors`; of grain and a turned head where they are noted."""
    noted = {note.code: note for note in face.notes}
    figures = {}
    if len(face.quality):
        figures["compressed"] = float(face.quality[QUALITY.index("blocks")])
    if "head_turned" in noted:
        figures["head_turned"] = float(noted["head_turned"]["angle"])  # type: ignore[arg-type]
    if "grainy" in noted:
        figures["grainy"] = float(noted["grainy"]["value"])  # type: ignore[arg-type]
    else:
        figures["noisy"] = view.once(noise)
    return figures


def to_landmarks(face: FaceReading, name: str, scheme: Scheme = MEDIAPIPE_478) -> Landmarks:
    """One row of landmarks."""
    quality = face.quality if len(face.quality) else np.full(len(QUALITY), np.nan)
    return Landmarks.from_points(
        face.points[None],
        pose=face.pose.rotation[None],
        photo=[name],
        check=False,
        spread=np.asarray(face.spread[None], dtype=np.float32),
        blendshapes=np.asarray(face.blendshapes[None], dtype=np.float32),
        status=np.array(["warn" if face.notes else "ok"]),
        notes=note_array([face.notes]),
        quality=np.asarray(quality[None], dtype=np.float32),
        focal_px=np.array([face.pose.focal_px]),
        scheme=scheme.name,
    )


def _add_notes(face: FaceReading, notes: Sequence[Note]) -> FaceReading:
    return replace(face, notes=(*face.notes, *notes))


def _note_lids(face: FaceReading, lost: Mask) -> list[Note]:
    """A note on lids that are read though their margins hardly show."""
    seen = face.margins or {}
    sides = [side for side, shown in seen.items() if not shown and not lost[_middle_lid(side)]]
    if not sides:
        return []
    return [Note("unclear_lids", sides=sides)]


def _middle_lid(side: Side) -> int:
    return MEDIAPIPE_478.of(side, ("upper_lid_4",))[0]
