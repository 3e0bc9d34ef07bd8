import { printable } from '@lading/errors'
import { TestRegistryError } from '../../error.ts'

/** A JSON value to what it means. `path` says where it stands (`images[0].layers[2].files`), for the message. */
export type Decode<T> = (value: unknown, path: string) => T

export const invalid = (path: string, message: string): TestRegistryError =>
  new TestRegistryError('IMAGE_INVALID', `${printable(path, 120)}: ${message}`, {
    hint: 'the description is the image builder as JSON: see docs/test-registry-api.md',
  })

const wrong = (path: string, wanted: string, value: unknown): TestRegistryError =>
  invalid(path, `not ${wanted}: ${printable(JSON.stringify(value) ?? 'undefined', 60)}`)

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const text: Decode<string> = (value, path) => {
  if (typeof value !== 'string') throw wrong(path, 'a string', value)
  return value
}

export const flag: Decode<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw wrong(path, 'true or false', value)
  return value
}

export const whole =
  (least: number, most: number): Decode<number> =>
  (value, path) => {
    if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most)
      throw wrong(path, `a whole number from ${least} to ${most}`, value)
    return value as number
  }

export const oneOf =
  <const Word extends string>(...words: readonly Word[]): Decode<Word> =>
  (value, path) => {
    const found = words.find((word) => word === value)
    if (found === undefined) throw wrong(path, `one of ${words.join(', ')}`, value)
    return found
  }

export const anyRecord: Decode<Record<string, unknown>> = (value, path) => {
  if (!isRecord(value)) throw wrong(path, 'an object', value)
  return value
}

export const listOf =
  <T>(item: Decode<T>): Decode<readonly T[]> =>
  (value, path) => {
    if (!Array.isArray(value)) throw wrong(path, 'an array', value)
    return value.map((each: unknown, position) => item(each, `${path}[${position}]`))
  }

export const recordOf =
  <T>(item: Decode<T>): Decode<Readonly<Record<string, T>>> =>
  (value, path) =>
    Object.fromEntries(
      Object.entries(anyRecord(value, path)).map(([name, each]) => [name, item(each, `${path}.${name}`)]),
    )

export type Shape<T> = { readonly [Member in keyof T]-?: Decode<T[Member]> }

/** Every member may be absent; one that is not in the shape is an error, since a misspelt member would change nothing in silence. */
export const members =
  <T extends object>(shape: Shape<T>): Decode<{ readonly [Member in keyof T]?: T[Member] | undefined }> =>
  (value, path) =>
    Object.fromEntries(
      Object.entries(anyRecord(value, path)).map(([name, member]) => {
        if (!Object.hasOwn(shape, name))
          throw invalid(
            path,
            `there is no member '${printable(name, 40)}' here; there are ${Object.keys(shape).join(', ')}`,
          )
        return [name, shape[name as keyof T](member, `${path}.${name}`)]
      }),
    ) as { readonly [Member in keyof T]?: T[Member] | undefined }

const base64Text = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

const base64: Decode<Uint8Array> = (value, path) => {
  if (typeof value !== 'string' || !base64Text.test(value)) throw wrong(path, 'base64', value)
  return Buffer.from(value, 'base64')
}

/** A string is UTF-8 text; `{ "base64": … }` is any bytes. */
export const bytes: Decode<Uint8Array> = (value, path) => {
  if (typeof value === 'string') return new TextEncoder().encode(value)
  const { base64: given } = members<{ base64: Uint8Array }>({ base64 })(value, path)
  if (given === undefined) throw wrong(path, 'a string or { "base64": … }', value)
  return given
}
