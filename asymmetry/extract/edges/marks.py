"""Brows, canthi and corners of the mouth, read by a small network in two pictures of each side.

The face's mesh draws these where it expects them beside such a face: a brow up to 6 mm off beside a fringe,
creases or fair hair, a corner of the mouth up to 1.5 mm off the line between the lips. So they are also read
by a network that was trained on points placed by hand, and on the same faces with brows and corners moved by
known amounts, lit and shaded otherwise, under strokes of hair, creases and beards
(``benchmarks/tune/marks.py``). It sees pixels alone: the mesh says only where to look. It errs otherwise than
the searches for a dark line and a dark band do (`edges.corners`, `edges.brows`), so points go a share of the
way from there to where the network sees them, and a brow that lies far off goes all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.beside import ALONE, Beside
from asymmetry.core.frame import head_angles
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.edges.corners import FOLLOWERS
from asymmetry.extract.edges.network import (
    Network,
    Picture,
    column_places,
    draw_picture,
    local_line,
    map_places,
)
from asymmetry.extract.face.half import from_half, to_half
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.model.canonical import Canonical
from asymmetry.photos.halvings import Halvings

__all__ = ["BROW_PICTURE", "MOUTH_PICTURE", "MarkNetwork", "MarkSettings", "Marks", "refine_marks"]

FILE = "marks.tflite"
_GROUPS = MEDIAPIPE_478.groups
_EDGES = ("brow_upper", "brow_lower")
#: Pictures of the brow with the eye below it, and of the corner of the mouth: equally many pixels, so that
#: one network reads all four of a face at once.
BROW_PICTURE = Picture(step=0.05, width=112, height=96)
MOUTH_PICTURE = Picture(step=0.035, width=112, height=96)
#: Middle of the brow's picture from halfway between the canthi, and of the mouth's from the mesh's corner,
#: outwards and up, cm.
OVER_CANTHI, BESIDE_CORNER = np.array([0.6, 1.2]), np.array([-0.3, 0.0])
#: The network's maps: edges of the brow by column, outer and inner canthus, corner of the mouth.
KINDS = (*_EDGES, *_GROUPS["canthi"], "commissure")
# How far from the picture's middle a brow's columns tell how clearly it is seen, cm.
_ARCH = 1.0
# How many times as widely a corner's place is spread along the lips as up and down.
_ALONG_LIPS = 1.5


@dataclass(frozen=True)
class MarkSettings:
    """How the network's maps become points.

    Attributes
    ----------
    reach : float
        Columns of the brow are averaged around a point with normal weights of this standard deviation, cm.
    seen : tuple of float
        Of a brow, a canthus and a corner: one with a wider distribution than this, cm, was not seen, and
        stays. From there to half of it, it is taken in a growing share, or points would jump between photos
        that differ by a little light.
    canthus_share, corner_share : float
        Share of their way to where the network sees them. Differences of corners against hands, RMSE mm, of
        17 tuning people that a network had not learnt: 0.39 with canthi that stay, 0.38 with 0.2, 0.37 so,
        0.36 with a half; 0.36 with a half of the corner's, 0.38 with 0.7. But canthi that move more take
        4 % from a brow's move by 6 mm.
    brow_share : float
        Share of the brow's way where the network and the mesh hardly differ.
    near, far : float
        From the one to the other difference, cm, the share grows to all: a mesh that is so far off follows a
        fringe or a crease.
    lower : float
        Hands draw brows so much lower than the mesh, cm: median of 92 brows of tuning people. Left out of
        the way, so that no face's brows move that are drawn alike.
    inside, outside : float
        Height over the picture's middle, cm, up to which a brow and its surroundings lie in it, and at which
        it does not; people's are up to 1.8, raised ones of renders 2.3.
    astray : float
        Without a line between the lips at a corner, one that the network sees farther from the mesh's, cm, is
        as unsure as that. Of 308 photos, warps and renders one shows no such line, and is 0.27 away;
        corners that were moved down by 11 mm show it. Hands, brushes, rings and tubes at the lips are 0.31 to
        1 away.
    frontal, turned : float
        Yaw, degrees, up to which brows are read as in the frontal photos that the network was trained on,
        and from which they are not: in renders at 20° they lie 3 mm too low on one side.
    """

    reach: float = 0.2
    seen: tuple[float, float, float] = (0.6, 0.4, 0.4)
    canthus_share: float = 0.3
    corner_share: float = 0.6
    brow_share: float = 0.1
    near: float = 0.3
    far: float = 0.7
    lower: float = 0.06
    inside: float = 1.6
    outside: float = 2.0
    astray: float = 0.3
    frontal: float = 10.0
    turned: float = 15.0


@dataclass(frozen=True)
class Read:
    """The network's reading of one side.

    Attributes
    ----------
    edges, edge_widths : ndarray, shape (2, cells)
        Heights of the brow's upper and lower edge in the picture's columns, over its middle, cm; and standard
        deviations of their distributions.
    points, widths : ndarray, shape (3, 2)
        Outer and inner canthus in the brow's picture, corner in the mouth's, outwards and up, and the
        standard deviations.
    """

    edges: FloatArray = field(repr=False)
    edge_widths: FloatArray = field(repr=False)
    points: FloatArray
    widths: FloatArray


class MarkNetwork:
    """The network, loaded once.

    Parameters
    ----------
    content : bytes, optional
        A TFLite file. Default: the one that is installed with the package.
    threads : int, optional
        Threads that share one reading, see `reading_threads`.

    Raises
    ------
    ModelError
        If it is missing or can't be loaded.
    """

    def __init__(self, content: bytes | None = None, *, threads: int | None = None) -> None:
        self._network = Network(FILE, content, threads=threads)

    @staticmethod
    def sha256() -> str:
        """SHA-256 of the network that is installed with the package."""
        return Network.sha256(FILE)

    def read(self, brows: Pixels, mouths: Pixels) -> list[Read]:
        """Read pictures of n sides.

        Parameters
        ----------
        brows, mouths : ndarray of uint8, shape (n, rows, columns, 3)
            RGB, as `BROW_PICTURE` and `MOUTH_PICTURE` describe them.
        """
        scores = self._network.scores(np.concatenate([brows, mouths]))
        above, below = scores[: len(brows)], scores[len(brows) :]
        edges, edge_widths = column_places(above[:, :2], BROW_PICTURE)
        canthi, canthus_widths = map_places(above[:, 2:4], BROW_PICTURE)
        corners, corner_widths = map_places(below[:, 4:], MOUTH_PICTURE)
        points = np.concatenate([canthi, corners], axis=1)
        widths = np.concatenate([canthus_widths, corner_widths], axis=1)
        return [Read(*each) for each in zip(edges, edge_widths, points, widths, strict=True)]


@dataclass(frozen=True)
class Marks:
    """Both sides' brows, canthi and corners.

    Attributes
    ----------
    plane : ndarray, shape (k, 2)
        Canonical x, y of all points, cm, with those moved to where the photo shows them.
    raised : ndarray, shape (k, 2)
        How far brows were moved of that; 0 for all other points.
    corners : dict of Side to bool
        Whether the corner was seen on that side.
    widths : dict of str to dict of Side to float
        How unsure the network's places are, cm: standard deviations of the brow's edges (``"brow"``) and of
        the corner of the mouth (``"mouth"``), or how far off that is, see `MarkSettings.astray`.
    """

    plane: FloatArray = field(repr=False)
    raised: FloatArray = field(repr=False)
    corners: dict[Side, bool]
    widths: dict[str, dict[Side, float]] = field(default_factory=dict)


def refine_marks(
    photo: Halvings,
    pose: Pose,
    canonical: Canonical,
    plane: FloatArray,
    network: MarkNetwork,
    settings: MarkSettings | None = None,
    beside: Beside = ALONE,
    lines: Mapping[Side, bool] | None = None,
) -> Marks:
    """Move brows, canthi and corners of the mouth onto where the photo shows them.

    Parameters
    ----------
    photo, pose, canonical
        As for `asymmetry.extract.edges.network.draw_picture`.
    plane : ndarray, shape (k, 2)
        The mesh's reading: canonical x, y of all points, cm.
    network : MarkNetwork
        Reads both sides in one call.
    settings : MarkSettings, optional
        How its maps become points.
    beside : Beside, optional
        Threads that draw the pictures.
    lines : mapping of Side to bool, optional
        Whether a line between the lips was found at the corner (`refine_corners`). Default: it was.

    Returns
    -------
    Marks
        Both sides are treated by the same code, so a mirrored photo gives mirrored marks.
    """
    settings = settings or MarkSettings()
    middles = {side: picture_middles(to_half(plane, side), side) for side in SIDES}
    shown = [(middles[side][0], side, BROW_PICTURE) for side in SIDES]
    shown += [(middles[side][1], side, MOUTH_PICTURE) for side in SIDES]
    drawn = beside.each(lambda part: draw_picture(photo, pose, canonical, *part), shown)
    brows, mouths = np.stack(drawn[: len(SIDES)]), np.stack(drawn[len(SIDES) :])
    read = dict(zip(SIDES, network.read(brows, mouths), strict=True))
    shares = {side: _shares(each, settings) for side, each in read.items()}
    # Both brows are read alike, or their difference would be one of two methods.
    yaw = abs(float(head_angles(pose.rotation[None])[0][0]))
    brow = _falling(yaw, settings.frontal, settings.turned) * min(
        share[0] for share in shares.values()
    )
    widths = {
        "brow": {side: _brow_width(each) for side, each in read.items()},
        "mouth": {side: _corner_width(each) for side, each in read.items()},
    }
    for side in [side for side, found in (lines or {}).items() if not found]:
        off = np.hypot(*_corner_way(to_half(plane, side), side, read[side], middles[side][1]))
        if off > settings.astray:
            widths["mouth"][side] = max(widths["mouth"][side], float(off))
    raised = np.zeros_like(plane)
    for side in SIDES:
        half = to_half(plane, side)
        _move_points(half, side, read[side], middles[side], shares[side], settings)
        way = brow * _brow_way(half, side, read[side], middles[side][0], settings)
        raised[MEDIAPIPE_478.of(side, _GROUPS["brow"]), 1] = way
        plane = from_half(half, side)
    corners = {side: share[2] > 0 for side, share in shares.items()}
    return Marks(plane + raised, raised, corners, widths)


def picture_middles(half: FloatArray, side: Side) -> tuple[FloatArray, FloatArray]:
    """Middles of the brow's and of the mouth's picture of a side's points, outwards and up, cm."""
    canthi = half[MEDIAPIPE_478.of(side, _GROUPS["canthi"])].mean(axis=0)
    corner = half[MEDIAPIPE_478.of(side, ("commissure",))[0]]
    return canthi + OVER_CANTHI, corner + BESIDE_CORNER


def _move_points(
    half: FloatArray,
    side: Side,
    read: Read,
    middles: tuple[FloatArray, FloatArray],
    shares: tuple[float, float, float],
    settings: MarkSettings,
) -> None:
    """Move canthi, the corner and its neighbours, by the share that each is seen to."""
    brow, mouth = middles
    canthi = MEDIAPIPE_478.of(side, _GROUPS["canthi"])
    ways = read.points[:2] + brow - half[canthi]
    half[canthi] += settings.canthus_share * shares[1] * ways
    above = _corner_way(half, side, read, mouth)[1]
    follow = settings.corner_share * shares[2] * np.array(list(FOLLOWERS.values()))
    half[MEDIAPIPE_478.of(side, tuple(FOLLOWERS)), 1] += follow * above


def _corner_way(half: FloatArray, side: Side, read: Read, middle: FloatArray) -> FloatArray:
    """From the corner to where the network sees it, outwards and up, cm."""
    return np.asarray(read.points[2] + middle - half[MEDIAPIPE_478.of(side, ("commissure",))[0]])


def _brow_way(
    half: FloatArray, side: Side, read: Read, middle: FloatArray, settings: MarkSettings
) -> float:
    """How far the brow goes up as a whole, cm: its ends, where hair thins out, follow its arch."""
    ways, heights = [], []
    for edge, up in zip(_EDGES, read.edges, strict=True):
        place = half[MEDIAPIPE_478.of(side, _GROUPS[edge][1:-1])] - middle
        line = local_line(place[:, 0], BROW_PICTURE.columns, settings.reach) @ up
        ways.append(line - place[:, 1])
        heights.append(place[:, 1])
    way, over = float(np.mean(ways)) + settings.lower, float(np.mean(heights))
    apart = 1 - _falling(abs(way), settings.near, settings.far)
    share = settings.brow_share + (1 - settings.brow_share) * apart
    return share * _falling(over, settings.inside, settings.outside) * way


def _shares(read: Read, settings: MarkSettings) -> tuple[float, float, float]:
    """How clearly brow, canthi and corner are seen: 1, falling to 0."""
    brow, canthi, corner = settings.seen
    return (
        _falling(_brow_width(read), brow / 2, brow),
        _falling(float(read.widths[:2, 1].max()), canthi / 2, canthi),
        _falling(float(read.widths[2, 1]), corner / 2, corner),
    )


def _brow_width(read: Read) -> float:
    """How widely the heights of the brow's edges are spread over its arch, cm."""
    return float(read.edge_widths[:, np.abs(BROW_PICTURE.columns) < _ARCH].mean())


def _corner_width(read: Read) -> float:
    """How widely the place of the corner is spread, cm; along the lips it is half as wide again."""
    along, up = read.widths[2]
    return float(max(up, along / _ALONG_LIPS))


def _falling(value: float, start: float, end: float) -> float:
    """1 up to the start, 0 from the end on, straight between."""
    return float(np.clip((end - value) / (end - start), 0.0, 1.0))
