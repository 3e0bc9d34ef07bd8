/** The fields of a header block, where they are and how long (POSIX.1-2024, `pax`, ustar Interchange Format), for archives made by hand. */
export const fields = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  link: [157, 100],
  magic: [257, 8],
  user: [265, 32],
  group: [297, 32],
  major: [329, 8],
  minor: [337, 8],
  prefix: [345, 155],
  /** Where star has atime and ctime. */
  starTimes: [476, 24],
  /** GNU's, in the place of the prefix. */
  sparse: [386, 96],
  extended: [482, 1],
  realSize: [483, 12],
} as const satisfies Record<string, readonly [number, number]>

export type HeaderField = keyof typeof fields
export type Fields = { readonly [field in HeaderField]?: string | number | Uint8Array | undefined }

export const gnuMagic = 'ustar  \0'
export const oldMagic = '\0\0\0\0\0\0\0\0'

const defaults: Fields = { name: 'a', mode: 0o644, uid: 0, gid: 0, size: 0, mtime: 0, type: '0', magic: 'ustar\x0000' }

/** Octal, with a NUL behind it. */
const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`
const latin1 = (value: string | Uint8Array): Buffer =>
  typeof value === 'string' ? Buffer.from(value, 'latin1') : Buffer.from(value)

/** A block; numbers become octal, text is put there as it is (latin1). The checksum is right unless it is given. */
export function header(given: Fields = {}): Buffer {
  const block = Buffer.alloc(512)
  for (const [field, value] of Object.entries({ ...defaults, ...given })) {
    const [at, length] = fields[field as HeaderField]
    if (value !== undefined)
      latin1(typeof value === 'number' ? octal(value, length) : value)
        .subarray(0, length)
        .copy(block, at)
  }
  return given.checksum === undefined ? sealed(block) : block
}

/** The block with the checksum that it must have. */
export function sealed(block: Buffer): Buffer {
  block.fill(' ', 148, 156)
  let sum = 0
  for (const byte of block) sum += byte
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

export const padded = (bytes: string | Uint8Array): Buffer => {
  const body = latin1(bytes)
  return Buffer.concat([body, Buffer.alloc((512 - (body.length % 512)) % 512)])
}

export const end: Buffer = Buffer.alloc(1024)

/** A header and a body; the size is that of the body unless it is given. */
export const member = (given: Fields, body: string | Uint8Array = ''): Buffer =>
  Buffer.concat([header({ size: latin1(body).length, ...given }), padded(body)])

export type PaxPair = readonly [keyword: string, value: string | Uint8Array]

export function record([keyword, value]: PaxPair): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${keyword}=`, 'utf8'), latin1(value), Buffer.from('\n')])
  let length = rest.length + 1
  while (String(length).length + rest.length !== length) length++
  return Buffer.concat([Buffer.from(String(length)), rest])
}

/** A PAX header, of one entry or (type `g`) of all that follow. */
export const pax = (records: readonly PaxPair[], given: Fields = {}): Buffer =>
  member({ name: 'PaxHeaders/a', type: 'x', ...given }, Buffer.concat(records.map(record)))

/** GNU's header with a long name (`L`) or a long target of a link (`K`). */
export const long = (name: string | Uint8Array, type = 'L'): Buffer =>
  member({ name: '././@LongLink', type, magic: gnuMagic }, Buffer.concat([latin1(name), Buffer.alloc(1)]))

export const archive = (...parts: readonly Uint8Array[]): Buffer => Buffer.concat([...parts, end])
