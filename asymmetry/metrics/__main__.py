"""The catalogue as a page: ``python -m asymmetry.metrics > docs/metrics.md``."""

from __future__ import annotations

import sys

from asymmetry.core.frame import IRIS_MM, IRIS_SD_MM
from asymmetry.metrics import (
    MAX_YAW,
    MAX_YAW_HORIZONTAL,
    Metric,
    MovementMetric,
    catalogue,
    movement_catalogue,
)
from asymmetry.metrics.absolute import lasting_errors
from asymmetry.metrics.movements import STILL_SD

__all__ = ["page"]

_IRIS = f"{100 * IRIS_SD_MM / IRIS_MM:.1f}"

_HEAD = f"""# Metrics

Written by `python -m asymmetry.metrics`; a test holds it to the code.

Right and left are the patient's own. Heights count upwards from the level line through the pupils, so what
lies below it is negative. A metric with sides fills three columns, `<metric>_right_<unit>`,
`<metric>_left_<unit>` and `<metric>_diff_<unit>`; the difference is right minus left, and never absolute. A
metric of the whole face fills `<metric>_<unit>`. What could not be measured is NaN, and the row's `reason`
says why.

## Notes

What is to be told of a photo is data: `Landmarks.notes` and `Measurements.notes` hold, for each row, a tuple
of `asymmetry.Note`, each a code with its values, such as `Note('head_turned', angle=17.3)`. `str(note)` is
English, and `note.words(text)` any language that there is a file for (`asymmetry.core.text.Text.load`), see
[report.md](report.md#another-language). The columns made of them are `reason`, in English, and `flags`, the
codes: joined by spaces in CSV and pandas, lists in Arrow, Parquet and JSON. So a program asks for `"glasses"
in flags` and never takes a sentence apart. All codes stand in `asymmetry/texts/en.toml`, in its section
`[notes]`. Changes, concerns, trends and forecasts have notes too.

## Two standard deviations

Each column has two, at the end of the table: `<metric>_right_sd_<unit>` and `<metric>_right_rsd_<unit>` and
so on, `<metric>_sd_<unit>` and `<metric>_rsd_<unit>` for the whole face.

| | holds for | use it for |
|---|---|---|
| `_sd_` | one photo against the truth | one photo, people against each other, "a bystander would notice" |
| `_rsd_` | repeats: photos of one person | changes over days |

Part of a face is misread alike in every photo of it, such as a brow under hair. That is in `_sd_` and cancels
in a change, so `_sd_` is five to ten times as large. The standard deviation of a change is that of two
`_rsd_`, never of two `_sd_`.

`_sd_` grows with yaw and pitch, in a coarse photo, with light from one side, behind glasses, and for the
methods `fast` and `plain`; its table is `asymmetry/metrics/errors.toml`. Where millimetres rest on the mean
iris, lengths contain {_IRIS} % of themselves, by which irises differ between people, and what irises are
misread by. A ruler takes both out, a known iris the first. Ratios and degrees never have them.

The table is made of points placed by hand on frontal photos of {lasting_errors().people} people, less part
of what the hand itself is off by. An error against hand points contains the hand's, and so lies within one
and two `_sd_` a little less often than 68 and 95 % of the time. `_sd_` is NaN for points that this library
did not read, and for a metric of your own that declares no `lasting` error. `_rsd_` is NaN where
`Landmarks.spread` is, as for `plain`.

## In one photo

Metrics marked ↔ lean on distances across the face: they are not measured when the head is turned more than
{MAX_YAW_HORIZONTAL:g}° to a side. Beyond {MAX_YAW:g}° nothing is.

| metric | unit | sides | what is measured | positive means | source |
|---|---|---|---|---|---|
"""

_MOVEMENT = f"""
## Movement

How far each side moves from the same person's photo at rest (`asymmetry.movement`). Both faces are laid on
each other by the corners of the eyes and the pupils, in the millimetres of the photo at rest: a smaller face,
one that is turned in the plane of the photo, or another gaze moves nothing. Another yaw or pitch than at rest
does, by about 0.05 mm a degree at the brows and lids and up to 0.25 at the lips.

A movement is a difference of two photos of one person. So its standard deviations are those of repeats,
`<metric>_<side>_rsd_<unit>`, and it has no others; between people a length also has the iris's {_IRIS} %.

A side that is still is NaN. It is still where it reads no more than the noise, which is what may be read in
two photos of a face that did not move, or no more than {STILL_SD:g} of its own standard deviations. One of
these that is there beside a NaN says that the side was measured, and is still. Differences and ratios are
made of what was read all the same. `keep_noise=True` keeps it for the sides too, with `<metric>_<side>_still`
to say so, and so do the means and trends of a `Series`: the mean of those readings only that are beyond noise
would be too large. Points whose spread is not known, as those made by hand, have no standard deviation, and
their sides stay as they are.

Metrics of a length with a noise fill a fourth column, `<metric>_ratio`: the smaller of both movements divided
by the larger. 1 is an even movement, 0 a side that is still; it is negative where the sides move in opposite
directions, and NaN where both are still.

| metric | unit | sides | noise | what is measured | positive means | source |
|---|---|---|---|---|---|---|
"""

_SOURCES = """
## Sources

- Bray D, Henstrom DK, Cheney ML, Hadlock TA. Assessing outcomes in facial reanimation: evaluation and
  validation of the SMILE system for measuring lip excursion during smiling. Arch Facial Plast Surg 2010.
- Farkas LG (ed.). Anthropometry of the Head and Face, 2nd edition. Raven Press 1994.
- Guarin DL, Dusseldorp J, Hadlock TA, Jowett N. A machine learning approach for automated facial
  measurements in facial palsy. JAMA Facial Plast Surg 2018. Its program is Emotrics.
- Hadlock TA, Urban LS. Toward a universal, automated facial measurement tool in facial reanimation. Arch
  Facial Plast Surg 2012. Its program is FACE-gram.
- Klingenberg CP, Barluenga M, Meyer A. Shape analysis of symmetric structures: quantifying variation among
  individuals and asymmetry. Evolution 2002.
- Mardia KV, Bookstein FL, Moreton IJ. Statistical assessment of bilateral symmetry of shapes. Biometrika
  2000.
- McKinney P, Mossie RD, Zukowski ML. Criteria for the forehead lift. Aesthetic Plast Surg 1991.
- Putterman AM. Margin reflex distance (MRD) 1, 2, and 3. Ophthalmic Plast Reconstr Surg 2012.
- Rice SO. Mathematical analysis of random noise. Bell System Technical Journal 1944.
- Rüfer F, Schröder A, Erb C. White-to-white corneal diameter. Cornea 2005. The iris of 11.71 mm, SD 0.42.
"""


def page() -> str:
    """The catalogue as Markdown.

    Examples
    --------
    >>> page().splitlines()[0]
    '# Metrics'
    """
    static = "".join(_row(metric) for metric in catalogue().values())
    moving = "".join(_row(metric, _noise(metric)) for metric in movement_catalogue().values())
    return _HEAD + static + _MOVEMENT + moving + _SOURCES


def _row(metric: Metric, *more: str) -> str:
    sides = "right, left, diff" if metric.sides else "whole"
    name = f"`{metric.name}`{' ↔' if metric.horizontal else ''}"
    cells = (name, metric.unit, sides, *more, metric.definition, metric.sign, metric.source)
    return f"| {' | '.join(cells)} |\n"


def _noise(metric: MovementMetric) -> str:
    return "" if metric.least is None else f"{metric.least:g} {metric.unit}"


if __name__ == "__main__":
    sys.stdout.write(page())
