// One process that pulls many images at once. Arguments: root, references.
import { createPuller } from '@lading/distribution'

const [root = '', ...references] = process.argv.slice(2)
const puller = await createPuller({ root })
await Promise.all(references.map((reference) => puller.pull(reference)))
await puller.close()
