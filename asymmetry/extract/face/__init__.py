"""The head in a photo: its pose, its surface, and pictures drawn in its own plane."""
