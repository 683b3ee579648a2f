"""The landmark model: its file, its networks, and the face that it takes for normal."""
