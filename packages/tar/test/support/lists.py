"""Lists each archive of a folder with GNU tar, libarchive (which bsdtar is made of) and tarfile: a line of JSON for each."""

import ctypes
import ctypes.util
import decimal
import json
import locale
import math
import os
import re
import subprocess
import sys
import tarfile
import zlib

locale.setlocale(locale.LC_ALL, "C.UTF-8")
library = ctypes.CDLL(ctypes.util.find_library("archive") or "libarchive.so.13")
for name, result, arguments in [
    ("archive_read_new", ctypes.c_void_p, []),
    ("archive_read_support_format_tar", ctypes.c_int, [ctypes.c_void_p]),
    ("archive_read_support_format_empty", ctypes.c_int, [ctypes.c_void_p]),
    ("archive_read_open_memory", ctypes.c_int, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]),
    ("archive_read_next_header", ctypes.c_int, [ctypes.c_void_p, ctypes.c_void_p]),
    ("archive_read_data", ctypes.c_ssize_t, [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]),
    ("archive_read_free", ctypes.c_int, [ctypes.c_void_p]),
    ("archive_error_string", ctypes.c_char_p, [ctypes.c_void_p]),
    ("archive_entry_pathname", ctypes.c_char_p, [ctypes.c_void_p]),
    ("archive_entry_hardlink", ctypes.c_char_p, [ctypes.c_void_p]),
    ("archive_entry_symlink", ctypes.c_char_p, [ctypes.c_void_p]),
    ("archive_entry_filetype", ctypes.c_uint, [ctypes.c_void_p]),
    ("archive_entry_size", ctypes.c_int64, [ctypes.c_void_p]),
    ("archive_entry_perm", ctypes.c_uint, [ctypes.c_void_p]),
    ("archive_entry_uid", ctypes.c_int64, [ctypes.c_void_p]),
    ("archive_entry_gid", ctypes.c_int64, [ctypes.c_void_p]),
    ("archive_entry_mtime", ctypes.c_int64, [ctypes.c_void_p]),
]:
    function = getattr(library, name)
    function.restype = result
    function.argtypes = arguments

most = 1 << 20
kinds = {0o100000: "file", 0o040000: "directory", 0o120000: "symlink", 0o020000: "character-device", 0o060000: "block-device", 0o010000: "fifo"}
buffer = ctypes.create_string_buffer(65536)


def entry(kind, name, size, link, mode, uid, gid, mtime, content):
    return {
        "type": kind,
        "name": None if name is None else name.hex(),
        "size": size,
        "link": None if link is None else link.hex(),
        "mode": mode,
        "uid": uid,
        "gid": gid,
        "mtime": mtime,
        "content": content,
    }


def of_libarchive(data, entries):
    archive = library.archive_read_new()
    try:
        library.archive_read_support_format_tar(archive)
        library.archive_read_support_format_empty(archive)
        if library.archive_read_open_memory(archive, data, len(data)) != 0:
            raise ValueError(str(library.archive_error_string(archive)))
        while True:
            one = ctypes.c_void_p()
            result = library.archive_read_next_header(archive, ctypes.byref(one))
            if result == 1:
                return
            # A warning is of a name that the locale cannot say.
            if result not in (0, -20):
                raise ValueError(str(library.archive_error_string(archive)))
            link = library.archive_entry_hardlink(one)
            kind = "link" if link is not None else kinds.get(library.archive_entry_filetype(one), "unknown")
            if kind == "symlink":
                link = library.archive_entry_symlink(one)
            size = library.archive_entry_size(one)
            content = None
            if kind == "file" and size <= most:
                content = 0
                while True:
                    length = library.archive_read_data(archive, buffer, len(buffer))
                    if length < 0:
                        raise ValueError(str(library.archive_error_string(archive)))
                    if length == 0:
                        break
                    content = zlib.crc32(buffer.raw[:length], content)
            entries.append(
                entry(
                    kind,
                    library.archive_entry_pathname(one),
                    size,
                    link,
                    library.archive_entry_perm(one) & 0o7777,
                    library.archive_entry_uid(one),
                    library.archive_entry_gid(one),
                    library.archive_entry_mtime(one),
                    content,
                )
            )
    finally:
        library.archive_read_free(archive)


def seconds_of(member):
    """Whole seconds, from the record itself: a float rounds nanoseconds up to the next second."""
    if isinstance(member.mtime, float) and "mtime" in member.pax_headers:
        return math.floor(decimal.Decimal(member.pax_headers["mtime"]))
    return math.floor(member.mtime)


def of_tarfile(path, entries):
    raw = lambda text: text.encode("utf-8", "surrogateescape")
    with tarfile.open(path, "r:", encoding="utf-8", errors="surrogateescape") as archive:
        for member in archive:
            kind = (
                "directory" if member.isdir()
                else "link" if member.islnk()
                else "symlink" if member.issym()
                else "character-device" if member.ischr()
                else "block-device" if member.isblk()
                else "fifo" if member.isfifo()
                else "file" if member.isreg() or member.type == b"S"
                else "unknown"
            )
            content = None
            if kind == "file" and member.size <= most:
                content = zlib.crc32(archive.extractfile(member).read())
            entries.append(
                entry(
                    kind,
                    raw(member.name),
                    member.size,
                    raw(member.linkname) if kind in ("link", "symlink") else None,
                    member.mode & 0o7777,
                    member.uid,
                    member.gid,
                    seconds_of(member),
                    content,
                )
            )


quoted = rb'"((?:[^"\\]|\\.)*)"'
line_of_gnu = re.compile(rb"(.)(\S{9}) (-?\d+)/(-?\d+) +(\S+) ([^\"]*) " + quoted + rb"(?: (?:->|link to) " + quoted + rb")?")
letters = {b"-": "file", b"C": "file", b"d": "directory", b"h": "link", b"l": "symlink", b"c": "character-device", b"b": "block-device", b"p": "fifo"}
escapes = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


def unquoted(text):
    def one(match):
        escaped = match.group(1)
        return bytes([int(escaped, 8)]) if escaped[0:1].isdigit() else escapes.get(escaped, escaped)
    return re.sub(rb"\\([0-7]{3}|.)", one, text, flags=re.S)


def of_gnu(path, entries):
    ran = subprocess.run(
        ["tar", "--list", "--verbose", "--absolute-names", "--warning=no-unknown-keyword", "--numeric-owner", "--full-time", "--utc", "--quoting-style=c", "--file", path],
        capture_output=True,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
    )
    for line in ran.stdout.splitlines():
        found = line_of_gnu.fullmatch(line)
        if found is None:
            raise ValueError("a line of another kind: " + repr(line))
        letter, _, uid, gid, size, _, name, link = found.groups()
        kind = letters.get(letter, "unknown")
        entries.append(
            entry(kind, unquoted(name), int(size) if kind == "file" else None, None if link is None else unquoted(link), None, int(uid), int(gid), None, None)
        )
    if ran.returncode != 0 or ran.stderr:
        raise ValueError(ran.stderr.decode("utf-8", "replace")[:300])


def outcome(of, given):
    entries = []
    try:
        of(given, entries)
        return {"entries": entries}
    except Exception as error:
        return {"entries": entries, "error": type(error).__name__ + ": " + str(error)[:300]}


folder = sys.argv[1]
for name in sorted(os.listdir(folder)):
    path = os.path.join(folder, name)
    with open(path, "rb") as file:
        data = file.read()
    print(json.dumps({
        "archive": name,
        "gnu": outcome(of_gnu, path),
        "libarchive": outcome(of_libarchive, data),
        "python": outcome(of_tarfile, path),
    }))
