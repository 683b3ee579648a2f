"""Limits by which a photo and the parts of a face are judged, and how the figures behind them are read.

They lie between the figures of good photos and those of spoilt or covered ones. ``python -m
benchmarks.tune.faults``, ``.covers`` and ``.glasses`` print both for tuning people; figures named here are of
more photos. Good ones: 32 portraits of 16 people of several origins (Face Research Lab London Set), 64 warps
of them, 112 evenly lit renders and nine other portraits; ten plates of 1872 as a look at the edge. Bad ones:
ten portraits made darker, unsharp, grainy and so on step by step, and covers painted over a portrait.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from asymmetry.extract.judge.drawn import DrawnLimits
from asymmetry.extract.judge.fault_errors import FaultErrors
from asymmetry.extract.judge.unclear import UnclearLimits

__all__ = [
    "CoverLimits",
    "GlassesLimits",
    "GreyLimits",
    "JudgeSettings",
    "PupilLimits",
    "QualityLimits",
    "Region",
]


@dataclass(frozen=True)
class QualityLimits:
    """Where faults of a photo begin, and how they are read.

    Each limit is after the step where the left-right difference of the brows is read 0.3 mm off (root mean
    square), three times its own variation.

    Attributes
    ----------
    px_per_mm : float
        Fewer are a small face. Good photos from 0.57 (512 px, half a person); brows are 0.2 mm off at 0.5,
        0.28 at 0.35 and 0.35 at 0.25.
    brightness : float
        Less is dark. Good photos from 69, of dark skin from 73; 0.3 mm at a quarter of the light (18 to 48).
    burnt : float
        More is overexposed. Good photos 0, plates up to 0.09; 0.26 mm at 0.09 and 0.3, with 0.7 for mouth
        corners, at 0.77.
    side_light : float
        More is light from the side. Good photos up to 1.42 (half a stop); light from the side 1.7 to 3. It
        costs little: 0.25 mm at 8.
    blur_mm : float
        More is blurred. Good photos up to 1.17, plates 1.26; 0.28 mm at 1.5 and 0.35 at 2. Shaking reads less
        than it blurs.
    grain : float
        More is grainy. Good photos up to 5.5 (dark skin), 0.25 mm from 4 (light skin) to 17 (dark skin).
    blocks : float
        More is compressed. Good photos up to 1.6; at JPEG quality 20 from 1.8 with 0.33 mm, at 10 from 2.4
        with 0.5 mm.
    cheek : tuple of float
        Light from the side is read on both sides of the midline from here to here, cm.
    shaded : float
        A half of a face varies by more than this many grey levels (standard deviation); a cover need not.
    white : int
        The grey value from which on a pixel counts as white.
    gamma : float
        Exponent from grey value to light: sRGB, nearly.
    before, again : float
        Blur before the width of edges is read, and blur to compare with, px.
    edges, sharp : float
        Percentile of gradients from which on they count as edges, and percentile of their widths that stands
        for the sharp ones.
    straight : float
        An edge across an axis has this many times the gradient along it; an oblique one hides a blur in one
        direction.
    faintest : float
        Gradients below this (Sobel sum over 8, grey levels per px) are no edge.
    block : int
        Side of JPEG's blocks, px (ITU-T T.81).
    even : float
        Grey levels between neighbours below which the quotient of their differences means nothing.
    """

    px_per_mm: float = 0.45
    brightness: float = 30.0
    burnt: float = 0.30
    side_light: float = 1.65
    blur_mm: float = 1.5
    grain: float = 8.0
    blocks: float = 2.5
    cheek: tuple[float, float] = (1.0, 4.5)
    shaded: float = 2.0
    white: int = 250
    gamma: float = 2.2
    before: float = 1.0
    again: float = 2.0
    edges: float = 90.0
    sharp: float = 25.0
    straight: float = 2.0
    faintest: float = 0.25
    block: int = 8
    even: float = 0.05


@dataclass(frozen=True)
class CoverLimits:
    """From which figures on a part of a face was not seen, and how they are read.

    Attributes
    ----------
    contrast : float
        A part whose brightness spans less than this share of the skin's is covered or washed out. Good photos
        have at least 0.27, the strongest blur 0.11; bars and dark glasses at most 0.08.
    light : float
        A brow whose surroundings have less than this share of the skin's brightness lies under dark hair.
        Good photos have at least 0.33; dark strands over light skin 0.26 or less.
    mask_colour : float
        Under a mask nose, philtrum and chin all differ from the forehead's colour by more than this (CIE a*,
        b*). Good photos have at most 7, whatever the skin, the beard or the make-up; white and black masks 10
        or more, coloured ones 26 or more.
    open_blink, open_contrast : float
        The model calls an eye open below this blink weight. Such an eye has to show an iris, darker than the
        brighter of its flanks by this share of the skin's brightness; otherwise it is a pair of glasses. Good
        photos have at least 0.10, glasses that reflect at most 0.02.
    closed_blink, closed_contrast : float
        An eye is closed if its blink weight is above the first and its iris contrast below the second. Open
        eyes have weights up to 0.31 (in a broad smile), closed ones from 0.44. Irises well in sight have a
        contrast of at least 0.21, closed eyes of up to 0.05.
    strands_brow, strands_eye : float
        Hair that hangs over a part changes across more steeply than down, by at least this ratio. Brows and
        eyes run across: they have up to 1.0 and 1.14 in 245 photos; strands have 1.4 and 6.3 or more, and
        black ones, which show by their darkness, 1.0 or more.
    by_height, across : float
        Hair of any direction hangs over a brow if less than the first share of its brightness' variance goes
        by the height in it, and the mean step along it is above the second share of the skin's brightness.
        Of 571 uncovered brows 570 have at least 0.24, and one of a turned head on a plate of 1872 steps of
        0.008; of 323 under curls and swept strands half have less than 0.09, and 0.01 to 0.06.
    mosaic : float
        In a mosaic most px equal their neighbours: the median step is less than this share of the mean one,
        in both directions. Eyes have at least 0.37; blocks of 4 mm and more 0, of 3 mm up to 0.33, of 2 mm
        0.23 to 0.5.
    unlike_mouth : float
        One side of the mouth is so much darker or lighter than the other, beyond the other parts
        (log of the ratio of medians). Good photos have up to 0.27 (54, of tuning people); a phone before a
        corner of the mouth 0.73 to 1.9. Brows of turned heads differ as much as one under a plaster.
    plain_brow, one_level : float
        More than the first share of a brow's box is of one brightness, in levels of the second share of its
        median, two of them: it lies under a plaster. Some 160 uncovered faces, with plates of 1872, have
        0.38 at most; plasters of skin's and other colours 0.52 and more.
    soft, sharp_mm : float
        In a blurred eye detail finer than 1 mm is less than the first share of the coarser detail up to 3 mm,
        while edges elsewhere are sharper than the second, mm. Eyes have at least 0.27; blurred by 1.5 mm 0.23
        to 0.29, by more up to 0.24.
    darkest, lightest, around : float
        Percentiles of a part's brightness: its darkest, its lightest, and that of its surroundings.
    least_px, faintest : float
        Fewer rows or columns than the first can't be judged, and smaller mean steps than the second, grey
        levels, count as it.
    coarse : float
        Blur that leaves coarse detail only, px: 3 mm.
    enough : float
        A part is judged if at least this share of its box lies within the photo.
    above_brow, around_eye, below_nose : float
        Room that is added to the box of a part, cm.
    """

    contrast: float = 0.10
    light: float = 0.28
    mask_colour: float = 10.0
    open_blink: float = 0.12
    open_contrast: float = 0.05
    closed_blink: float = 0.37
    closed_contrast: float = 0.2
    strands_brow: float = 1.2
    strands_eye: float = 2.0
    by_height: float = 0.18
    across: float = 0.009
    unlike_mouth: float = 0.5
    mosaic: float = 0.3
    plain_brow: float = 0.45
    one_level: float = 0.02
    soft: float = 0.25
    sharp_mm: float = 1.2
    darkest: float = 5.0
    lightest: float = 95.0
    around: float = 65.0
    least_px: int = 2
    faintest: float = 1e-3
    coarse: float = 6.0
    enough: float = 0.5
    above_brow: float = 0.8
    around_eye: float = 0.4
    below_nose: float = 0.2

    @property
    def strands(self) -> dict[str, float]:
        """The ratio from which on strands hang over a part, by its name."""
        return {"brow": self.strands_brow, "eye": self.strands_eye}

    @property
    def unlike(self) -> dict[str, float]:
        """The difference in brightness from which on one side of a part is covered, by its name."""
        return {"mouth": self.unlike_mouth}

    @property
    def rooms(self) -> dict[str, tuple[float, float]]:
        """Room above and below a part's points, cm, by its name."""
        return {
            "brow": (self.above_brow, 0.0),
            "eye": (self.around_eye, self.around_eye),
            "nose": (0.0, self.below_nose),
            "mouth": (0.0, 0.0),
        }


@dataclass(frozen=True)
class Region:
    """A region searched for an edge on both sides.

    Attributes
    ----------
    top, bottom : float
        Its rows, cm below the inner canthi.
    near, far : float
        Its columns, cm out from the midline.
    least : float
        Least mean slope along its clearest edge that counts, in shares of the skin's brightness per mm.
    down : bool
        The edge runs down the face and not across it.
    """

    top: float
    bottom: float
    near: float
    far: float
    least: float = 0.0
    down: bool = False


@dataclass(frozen=True)
class GlassesLimits:
    """Where the edges of glasses are looked for, and how clear they have to be.

    Of 15 real faces with glasses one has a bridge of 0.062, the others of 0.086 to 0.24. They have 0.066 to
    0.23 under the eye.

    Attributes
    ----------
    bridge : Region
        Bridges lie at the eyes' level or above. Where there may be a rim too, faces without glasses have at
        most 0.045, and an old man's frown in a plate of 1872 has 0.072.
    under_eye, beside_nose, beside_bridge : Region
        The lower rim crosses the cheek, the inner one runs down beside the nose; a half rim has only the
        upper part of the inner one. On the side where they are fainter, frowns, joined brows and fringes as
        clear as a bridge have at most 0.03, 0.055 and 0.048, in this order.
    forehead : Region
        Where lines are that mean no glasses.
    over_forehead : float
        Least ratio of a bridge's slope to that of an edge across the forehead. An engraving has 0.3, for it
        is made of lines; 0.5 spares people whose hair hangs into the forehead.
    fine, coarse : float
        Blurs between which an edge lies, px: a rim is coarser than grain and finer than the shading of a
        cheek.
    overlap : float
        The halves overlap by this much at the midline, cm: more than the blur reaches.
    lens : Region
        Where the lower edge of a tinted lens is, dark above light. Faces without glasses whose skin is
        `dimmed` have at most 0.049 there, turned and in a bad photo too; bags under the eyes, which are not
        dimmed, have 0.052. Lenses that take 65 % of the light have 0.05 to 0.12, least on the darkest skin.
    dimmed : float
        Least logarithm of how much darker the skin is above that edge than below it. Bags have 0.13, lenses
        of half the light 0.14 to 0.4.
    band, gap, apart : int
        Skin is compared in bands so wide, px, so far above and below the edge, and in one that is so much
        farther above it: more than a rim is wide.
    darkest : float
        Grey values below this count as this.
    colour : float
        Least variation of colour, percent of the brightness, as in `GreyLimits`: in three of ten grey plates
        of 1872 and engravings of them the shade under the eyes ends as sharply as a lens.
    """

    bridge: Region = Region(-1.7, 1.2, 0.0, 0.7, least=0.08)
    forehead: Region = Region(-5.2, -3.6, 0.0, 0.7)
    under_eye: Region = Region(0.9, 3.2, 1.5, 5.0, least=0.055)
    beside_nose: Region = Region(-0.2, 1.2, 0.5, 2.0, least=0.08, down=True)
    beside_bridge: Region = Region(-0.9, 0.3, 0.5, 1.7, least=0.10, down=True)
    over_forehead: float = 0.5
    fine: float = 1.5
    coarse: float = 4.2
    overlap: float = 1.0
    lens: Region = Region(1.2, 3.2, 1.5, 5.0, least=0.06)
    dimmed: float = 0.19
    band: int = 6
    gap: int = 2
    apart: int = 14
    darkest: float = 8.0
    colour: float = 4.0

    @property
    def rims(self) -> dict[str, Region]:
        """The places of a rim, by name."""
        return {name: getattr(self, name) for name in ("under_eye", "beside_nose", "beside_bridge")}

    @property
    def regions(self) -> tuple[Region, ...]:
        """All regions."""
        return (self.bridge, self.forehead, *self.rims.values())


@dataclass(frozen=True)
class PupilLimits:
    """From which figures on the place of a pupil is a guess.

    Attributes
    ----------
    covered_mm : float
        A lid whose margin is less than this above the iris's centre hangs before the pupil: where lids were
        moved down MRD1 is then 0.8 mm off (median), above it by 0.3.
    open_mm : float
        An eye that is open by more than this above the iris's centre shows its iris to the pixels, or it is
        not where it is looked for. Where neither eye shows one, that is said of any that is not covered.
    canthi_mm : float
        Outer canthi that are farther apart than this by the irises' width stand beside irises that read too
        small, as they do low under a lid: 3 SD above the mean of `asymmetry.core.frame.OUTER_CANTHI_MM`. In
        119 photos of 103 people they are up to 95.2 apart.
    guess_mm : float
        Standard deviation of a guessed place: as far as MRD1 is off under lids that were moved down.
    """

    covered_mm: float = 1.0
    open_mm: float = 2.0
    canthi_mm: float = 96.5
    guess_mm: float = 0.9


@dataclass(frozen=True)
class GreyLimits:
    """When a photo has no colour, or one only, and how far points move: ``python -m benchmarks.tune.grey``.

    Attributes
    ----------
    colour : float
        Colour varies by less than this, percent of the brightness. Good photos have 5.8 and more, of any
        skin; grey ones 0.
    lit : float
        A face of stronger mean colour (CIE a*, b*) is lit in it: 318 photos have up to 37, coloured light 54.
    brow, lids, iris, mouth : float
        Standard deviation that is added to these points, cm: as far as they move where the colour is taken
        out of 32 photos of 24 tuning people. The red of the lips is missing: the lower lip is 0.4 mm off.
    """

    colour: float = 4.0
    lit: float = 54.0
    brow: float = 0.016
    lids: float = 0.010
    iris: float = 0.017
    mouth: float = 0.027

    @property
    def added(self) -> dict[str, float]:
        """The standard deviation that is added, by the name of the group of points."""
        return {name: getattr(self, name) for name in ("brow", "lids", "iris", "mouth")}


@dataclass(frozen=True)
class JudgeSettings:
    """All limits by which a photo and the parts of a face are judged.

    Attributes
    ----------
    quality : QualityLimits
        Of light and sharpness.
    covers : CoverLimits
        Of parts that were not seen.
    glasses : GlassesLimits
        Of spectacles.
    pupils : PupilLimits
        Of pupils whose place is a guess.
    grey : GreyLimits
        Of photos without colour.
    unclear : UnclearLimits
        Of brows and corners of the mouth that are hardly seen.
    drawn : DrawnLimits
        Of drawings and stickers.
    errors : FaultErrors
        The errors of points that faults add.
    """

    quality: QualityLimits = field(default_factory=QualityLimits)
    covers: CoverLimits = field(default_factory=CoverLimits)
    glasses: GlassesLimits = field(default_factory=GlassesLimits)
    pupils: PupilLimits = field(default_factory=PupilLimits)
    grey: GreyLimits = field(default_factory=GreyLimits)
    unclear: UnclearLimits = field(default_factory=UnclearLimits)
    drawn: DrawnLimits = field(default_factory=DrawnLimits)
    errors: FaultErrors = field(default_factory=FaultErrors)
