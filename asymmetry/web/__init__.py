"""The local page: patients, their photos and courses, on this computer alone. Needs the extra ``web``."""
