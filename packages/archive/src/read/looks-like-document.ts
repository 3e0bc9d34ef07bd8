/** One of them is in every manifest, index, config and image from before docker 1.10. */
const members = ['"layers"', '"manifests"', '"config"', '"rootfs"', '"parent"', '"id"'].map((name) => Buffer.from(name))
const brace = 0x7b
const space: readonly number[] = [0x20, 0x09, 0x0a, 0x0d]

/** Whether these few bytes may be a manifest, an index or a config. Never `false` for one that is. */
export function looksLikeDocument(bytes: Uint8Array): boolean {
  const first = bytes.findIndex((byte) => !space.includes(byte))
  if (first === -1 || bytes[first] !== brace) return false
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return members.some((member) => text.includes(member))
}
