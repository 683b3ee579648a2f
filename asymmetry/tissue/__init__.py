"""Soft tissue: the skin of the frontal face, and bruises on it.

One way leads through it, and `asymmetry.skin` goes it for photos:

1. `asymmetry.tissue.picture.draw_skin` draws both halves of a face into one atlas (`asymmetry.tissue.atlas`):
   half of the canonical face, the right half beside the mirrored left one. A pixel is the same place of the
   skin on both sides, in every photo and in every person; each knows its area, its place in the photo and in
   the plane of its own face.
2. `asymmetry.tissue.masks.find_seen` leaves out hair, beard, glasses and glare.
3. `asymmetry.tissue.density.density_of` turns light into density: shading and two channels of colour.
4. `asymmetry.tissue.bruises.find_bruises` compares the sides, or two days: light is taken out
   (`asymmetry.tissue.shade`), areas that stand out (`asymmetry.tissue.evidence`) are outlined
   (`asymmetry.tissue.outline`) and described (`asymmetry.tissue.patches`).
5. `asymmetry.tissue.following.follow_patch` reads a patch that is known at the same place of another photo.

Colours and their differences are in `asymmetry.tissue.colour`.
"""
