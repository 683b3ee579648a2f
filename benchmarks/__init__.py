"""The library's cost and accuracy, measured against something in the same run."""
