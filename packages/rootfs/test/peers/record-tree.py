"""Prints a tree as it is on the disk, a line of JSON for each file: everything that one file can differ in from another.

Bytes are text of as many characters (Latin-1). Nothing is followed, and nothing is read before its times are known.
"""
import hashlib
import json
import os
import stat
import sys
from base64 import b64encode

KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFLNK: "symlink",
    stat.S_IFIFO: "fifo",
    stat.S_IFCHR: "character-device",
    stat.S_IFBLK: "block-device",
    stat.S_IFSOCK: "socket",
}


def text(name):
    return name.decode("latin1")


def pieces(descriptor, size):
    """Where there is data and no hole, as the file system says: from, and up to."""
    found, at = [], 0
    while at < size:
        try:
            at = os.lseek(descriptor, at, os.SEEK_DATA)
        except OSError:
            break
        to = os.lseek(descriptor, at, os.SEEK_HOLE)
        found.append([at, to])
        at = to
    return found


def content(path, size):
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        data = pieces(descriptor, size)
        os.lseek(descriptor, 0, os.SEEK_SET)
        digest = hashlib.sha256()
        while block := os.read(descriptor, 1 << 20):
            digest.update(block)
        return data, digest.hexdigest()
    finally:
        os.close(descriptor)


def record(root, path, names):
    place = os.path.join(root, path) if path else root
    at = os.lstat(place)
    kind = KINDS[stat.S_IFMT(at.st_mode)]
    said = {
        "path": text(path),
        "type": kind,
        "mode": "%04o" % stat.S_IMODE(at.st_mode),
        "owner": "%d:%d" % (at.st_uid, at.st_gid),
        "mtime": str(at.st_mtime_ns),
        "xattrs": {
            name: b64encode(os.getxattr(place, name, follow_symlinks=False)).decode()
            for name in sorted(os.listxattr(place, follow_symlinks=False))
        },
    }
    if kind != "directory":
        said["links"] = at.st_nlink
        # The first of its names: all of them have one inode.
        said["same"] = text(names.setdefault((at.st_dev, at.st_ino), path))
    if kind == "symlink":
        said["target"] = text(os.readlink(place))
    if kind.endswith("device"):
        said["device"] = "%d,%d" % (os.major(at.st_rdev), os.minor(at.st_rdev))
    if kind == "file":
        data, digest = content(place, at.st_size)
        said.update(size=at.st_size, content=digest, data=data)
    print(json.dumps(said))
    if kind == "directory":
        for name in sorted(os.listdir(place)):
            record(root, os.path.join(path, name), names)


record(os.fsencode(sys.argv[1]), b"", {})
