"""Soft tissue: the skin of the frontal face, its bruises, and what else shows on it beside geometry.

`draw_skin` (`asymmetry.tissue.picture`) draws both halves of a face into one atlas: the half of the canonical
face, the right half beside the mirrored left one, so that a pixel is the same place of the skin on both
sides, in every photo and in every person. In `asymmetry.tissue.atlas` stand the atlas's pixels, its regions
and the parts that are no skin; in `asymmetry.tissue.colour` colours and their differences.
"""
