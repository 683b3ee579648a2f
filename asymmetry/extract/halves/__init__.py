"""The two halves of a face, each drawn as a whole face and read apart from the other."""
