import { DOCKER_SCHEMA1_SIGNED } from '@lading/manifest'
import { decodeSchema1, verifySchema1 } from '@lading/manifest/schema1'
import { digestOf, newSigner, schema1Document, signed } from '../../test/support/schema1.ts'
import { callsPerSecond, cpuSeconds, perSecond, type Row } from './measure.ts'

const layers = 20
const times = 500

/** Verification waits for Web Crypto, so it is measured by the processor time of many in a row. */
export async function measureSchema1(): Promise<readonly Row[]> {
  const document = schema1Document(
    Array.from({ length: layers }, (_, index) => ({
      blob: digestOf(`layer ${index}`),
      image: { created: '2016-01-02T03:04:05Z', container_config: { Cmd: ['/bin/sh', '-c', `part ${index}`] } },
    })),
  )
  const { bytes } = signed(document, newSigner('ES256'))
  const decoded = decodeSchema1(bytes, DOCKER_SCHEMA1_SIGNED)
  const seconds = await cpuSeconds(async () => {
    for (let count = 0; count < times; count++) await verifySchema1(decoded)
  })
  return [
    {
      what: `schema 1 of ${layers} layers decoded`,
      rate: perSecond(callsPerSecond(() => decodeSchema1(bytes, DOCKER_SCHEMA1_SIGNED))),
    },
    { what: `schema 1 of ${layers} layers verified (ES256)`, rate: perSecond(times / seconds) },
  ]
}
