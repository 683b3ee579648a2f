"""Points that are looked for in the pixels: lids, irises, brows, corners of the mouth."""
