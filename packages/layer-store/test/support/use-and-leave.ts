// Uncompresses a blob and ends without closing anything: node use-and-leave.ts <root> <digest> <size>
import { createLayerStore } from '@lading/layer-store'
import type { Digest } from '@lading/digest'

const [, , root = '', digest = '', size = ''] = process.argv
const layers = createLayerStore({ root, smallLayer: 0 })
const uncompressed = await layers.uncompress({ digest: digest as Digest, size: Number(size) })
process.stdout.write(uncompressed.diffId)
