// Imported before anything else: as on a runtime whose streams show neither `_handle` nor `_writeState`. Other threads, where
// the fallback works, have their own.
import zlib from 'node:zlib'

for (const name of ['createInflateRaw', 'createZstdDecompress'] as const) {
  const real = zlib[name] as (options?: object) => { close(): void }
  Object.defineProperty(zlib, name, {
    value(options?: object) {
      const stream = real(options)
      return { close: () => stream.close() }
    },
  })
}
