import { directory, file, layer, row, symlink, withRecords, type Row } from './row.ts'

const xattr = (name: string, value: string, entry = file('a', 'x')): Buffer =>
  withRecords([[`SCHILY.xattr.${name}`, value]], entry)

/** Extended attributes: what is set is held by other tests; here, that none does harm. */
export const attributes: readonly Row[] = [
  ...[
    'user.comment',
    'user.overlay.opaque',
    'user.overlay.redirect',
    'trusted.overlay.opaque',
    'trusted.overlay.redirect',
    'trusted.overlay.metacopy',
    'trusted.other',
    'security.capability',
    'security.selinux',
    'security.ima',
    'system.posix_acl_access',
    'user.rootlesscontainers',
    'nothing',
    '..',
    'user.',
    `user.${'n'.repeat(300)}`,
  ].map((name) => row(`an attribute ${name.slice(0, 30)}`, layer(xattr(name, 'y')), ['f a x'])),
  row('an attribute of nothing', layer(xattr('user.a', '')), ['f a x']),
  row('an attribute with NULs', layer(xattr('user.a', 'a\0b\0')), ['f a x']),
  row('an attribute of 64 KiB', layer(xattr('user.a', 'v'.repeat(65536))), ['f a x']),
  row('an attribute larger than the system takes', layer(xattr('user.a', 'v'.repeat(65537))), ['f a x']),
  row('an attribute larger than headers are', layer(xattr('user.a', 'v'.repeat(1024 * 1024))), 'tar TOO_LARGE'),
  row('a NUL in the name of an attribute', layer(xattr('user.a\0b', 'v')), 'tar CORRUPT'),
  row('an attribute without a name', layer(xattr('', 'v')), ['f a x']),
  row('an attribute of a directory', layer(xattr('trusted.overlay.opaque', 'y', directory('d/'))), ['d d']),
  row('an attribute of a link', layer(xattr('user.a', 'y', symlink('l', '../canary'))), ['l l -> ../canary']),
  row('an attribute of the root', layer(xattr('user.a', 'y', directory('./'))), []),
]
