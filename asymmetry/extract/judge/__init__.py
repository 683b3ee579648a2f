"""Whether points were seen, how sure they are, and how good the photo is."""
