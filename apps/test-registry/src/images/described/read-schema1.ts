import type { Platform } from '@lading/manifest'
import type { BuiltSchema1 } from '../built.ts'
import type { V1Members } from '../build-schema1.ts'
import { schema1, type Schema1Builder } from '../schema1.ts'
import { anyRecord, flag, invalid, isRecord, listOf, members, text } from './decode.ts'
import { platform, type Reading } from './read-image.ts'
import { readLayer } from './read-layer.ts'

interface Schema1Members {
  /** What makes it one. */
  schema1: boolean
  name: string
  layers: readonly ((builder: Schema1Builder) => Schema1Builder)[]
  platform: string | Platform
  config: V1Members
  signed: boolean
  members: V1Members
  membersBesideSigned: V1Members
  brokenSignature: boolean
}

export function readSchema1(value: unknown, path: string, { allowance }: Reading): BuiltSchema1 {
  const given = members<Schema1Members>({
    schema1: flag,
    name: text,
    layers: listOf((layer, at) => {
      if (isRecord(layer) && 'throwaway' in layer) {
        const { throwaway } = members<{ throwaway: V1Members }>({ throwaway: anyRecord })(layer, at)
        return (builder: Schema1Builder) => builder.throwaway(throwaway)
      }
      const { image, ...rest } = anyRecord(layer, at)
      const own = image === undefined ? undefined : anyRecord(image, `${at}.image`)
      const source = readLayer(rest, at, allowance)
      return (builder: Schema1Builder) => source(builder, { image: own })
    }),
    platform,
    config: anyRecord,
    signed: flag,
    members: anyRecord,
    membersBesideSigned: anyRecord,
    brokenSignature: flag,
  })(value, path)
  if (given.schema1 !== true) throw invalid(`${path}.schema1`, 'it is true or not there')
  if (given.name === undefined) throw invalid(path, 'it has no name')
  let builder = schema1(given.name)
  if (given.platform !== undefined) builder = builder.platform(given.platform)
  if (given.config !== undefined) builder = builder.config(given.config)
  if (given.signed === false) builder = builder.unsigned()
  if (given.members !== undefined) builder = builder.members(given.members)
  if (given.membersBesideSigned !== undefined) builder = builder.membersBesideSigned(given.membersBesideSigned)
  if (given.brokenSignature === true) builder = builder.brokenSignature()
  for (const step of given.layers ?? []) builder = step(builder)
  return builder.build()
}
