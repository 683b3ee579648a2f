"""What the library costs and how true it is, measured against something in the same run."""
