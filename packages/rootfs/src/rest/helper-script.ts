/**
 * What Node has no calls for, in Python: extended attributes, fifos, devices, times in nanoseconds. It gets the tree's
 * root as descriptor 3 and one order a line, and opens each directory in its parent without following links, as is done
 * here. It prints a line for what could not be done; everything else is done.
 */
export const helperScript = `
import errno, json, os, stat, sys
from base64 import b64decode

FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
ROOT = 3
os.umask(0)
current = (b"", ROOT)

def enter(path):
    global current
    if path == current[0]:
        return current[1]
    if current[1] != ROOT:
        os.close(current[1])
        current = (b"", ROOT)
    at = ROOT
    for part in path.split(b"/") if path else ():
        below = os.open(part, FLAGS, dir_fd=at)
        if at != ROOT:
            os.close(at)
        at = below
    current = (path, at)
    return at

def whole(path):
    return path or b"."

def failed(number, what, error):
    print(json.dumps({"order": number, "what": what, "error": errno.errorcode.get(error.errno, str(error.errno))}), flush=True)

for number, line in enumerate(sys.stdin.buffer):
    order = json.loads(line)
    parent, _, name = b64decode(order["path"]).rpartition(b"/")
    what = "open"
    try:
        at = enter(parent)
        name = whole(name)
        if "make" in order:
            what = "make"
            kind = {"fifo": stat.S_IFIFO, "character-device": stat.S_IFCHR, "block-device": stat.S_IFBLK}[order["make"]]
            os.mknod(name, kind | order["mode"], os.makedev(*order["device"]), dir_fd=at)
            if "owner" in order:
                os.chown(name, *order["owner"], dir_fd=at, follow_symlinks=False)
        if "link" in order:
            what = "link"
            source, _, leaf = b64decode(order["link"]).rpartition(b"/")
            held = os.dup(at)
            try:
                os.link(leaf, name, src_dir_fd=enter(source), dst_dir_fd=held, follow_symlinks=False)
            finally:
                os.close(held)
            at = enter(parent)
        for key, value in order.get("xattrs", {}).items():
            try:
                os.setxattr(b"/proc/self/fd/%d/%s" % (at, name), key, b64decode(value), follow_symlinks=False)
            except OSError as error:
                failed(number, "xattr " + key, error)
        if "times" in order:
            what = "times"
            os.utime(name, ns=tuple(int(time) for time in order["times"]), dir_fd=at, follow_symlinks=False)
    except OSError as error:
        failed(number, what, error)
`
