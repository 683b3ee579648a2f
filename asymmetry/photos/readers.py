"""The photo formats that are known, each by a file's first bytes. A format of your own registers itself."""

from __future__ import annotations

from pathlib import PurePath

from asymmetry.core.notes import Note
from asymmetry.errors import InvalidInputError, UnreadablePhotoError
from asymmetry.photos.formats import BUILT_IN
from asymmetry.photos.protocol import Reader

__all__ = [
    "RAW_SUFFIXES",
    "Reader",
    "find_reader",
    "is_known",
    "photo_suffixes",
    "register_reader",
    "unregister_reader",
]

#: Endings of cameras' raw files. Many begin as a TIFF does.
RAW_SUFFIXES = frozenset(
    f".{end}"
    for end in (
        "dng cr2 cr3 crw nef nrw arw srf sr2 raf orf rw2 rwl pef srw x3f raw iiq 3fr erf kdc dcr mrw gpr"
    ).split()
)

_READERS: dict[str, Reader] = {reader.name: reader for reader in BUILT_IN}


def register_reader(reader: Reader) -> Reader:
    r"""Make a photo format known wherever photos are read or folders are searched for them.

    Of two readers that recognise a file the later one reads it. One of the same name takes the other's place.
    Call it at the top of a module that each process imports: a worker process knows only its own readers.

    Parameters
    ----------
    reader : Reader
        See there for its methods.

    Returns
    -------
    Reader
        The reader that was given.

    Raises
    ------
    InvalidInputError
        If it lacks a method of a `Reader`, or a suffix has no dot or is not in lower case.

    Examples
    --------
    Greyscale pictures in NumPy's own format:

    >>> import io
    >>> import numpy as np
    >>> from asymmetry.photos.photo import read_photo
    >>> class StoredArray:
    ...     def __init__(self, stream):
    ...         self.grey = np.load(stream, allow_pickle=False)
    ...         self.size = self.grey.shape[::-1]
    ...
    ...     def read_tags(self):
    ...         return {}
    ...
    ...     def decode(self, least_side):
    ...         return np.stack([self.grey] * 3, axis=-1), 1
    >>> class NumpyReader:
    ...     name, suffixes = "NumPy", (".npy",)
    ...
    ...     def recognises(self, head):
    ...         return head.startswith(b"\x93NUMPY")
    ...
    ...     def open(self, stream, name):
    ...         return StoredArray(stream)
    >>> reader = register_reader(NumpyReader())
    >>> file = io.BytesIO()
    >>> np.save(file, np.zeros((20, 10), np.uint8))
    >>> read_photo(file.getvalue()).pixels.shape
    (20, 10, 3)
    >>> unregister_reader("NumPy")
    """
    missing = [
        name for name in ("name", "suffixes", "recognises", "open") if not hasattr(reader, name)
    ]
    if missing:
        raise InvalidInputError(
            f"a reader needs {', '.join(missing)}, and {type(reader).__name__} has none"
        )
    wrong = [end for end in reader.suffixes if not end.startswith(".") or end != end.lower()]
    if wrong:
        raise InvalidInputError(
            f"reader {reader.name}: suffixes are in lower case and begin with a dot, not {', '.join(wrong)}"
        )
    # The latest is asked first, though it takes the place of an earlier one.
    _READERS.pop(reader.name, None)
    _READERS[reader.name] = reader
    return reader


def unregister_reader(name: str) -> None:
    """Forget a photo format; one that is not known is no error.

    Examples
    --------
    >>> unregister_reader("no such format")
    """
    _READERS.pop(name, None)


def find_reader(head: bytes, name: str) -> Reader:
    """The reader of a file that begins with `head`.

    Raises
    ------
    UnreadablePhotoError
        If no reader recognises it, or it is a camera's raw file, whose TIFF is only a preview.
    """
    for reader in reversed(_READERS.values()):
        if reader.recognises(head):
            if reader.name == "TIFF" and PurePath(name).suffix.lower() in RAW_SUFFIXES:
                raise UnreadablePhotoError(name, Note("raw_preview"))
            return reader
    raise UnreadablePhotoError(name, Note("unknown_format", formats=tuple(_READERS)))


def is_known(head: bytes) -> bool:
    """Whether a file that begins with `head` is a photo in a format that is known.

    Examples
    --------
    >>> is_known(b"%PDF-1.7")
    False
    """
    return any(reader.recognises(head) for reader in _READERS.values())


def photo_suffixes() -> frozenset[str]:
    """File name endings that folders are searched for, of all formats that are known.

    Examples
    --------
    >>> sorted(photo_suffixes())[:3]
    ['.avif', '.bmp', '.dcm']
    """
    return frozenset(end for reader in _READERS.values() for end in reader.suffixes)
