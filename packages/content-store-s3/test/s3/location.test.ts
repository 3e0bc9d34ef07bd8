import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatS3Location, isS3Location, parseS3Location, S3Error, type S3Location } from '../../src/s3/index.ts'

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'.split('')
const bucketPart = fc.string({ unit: fc.constantFrom(...letters), minLength: 3, maxLength: 12 })
const bucket = fc
  .array(bucketPart, { minLength: 1, maxLength: 4 })
  .chain((parts) => fc.constantFrom('-', '.').map((by) => parts.join(by)))
  .filter((name) => !/^\d+\.\d+\.\d+\.\d+$/.test(name))
const part = fc
  .string({ unit: fc.constantFrom(...letters, 'A', 'Z', ..."!_.*'()-".split('')), minLength: 1, maxLength: 20 })
  .filter((text) => text !== '.' && text !== '..')
const endpoint = fc
  .tuple(
    fc.constantFrom('http', 'https'),
    fc.constantFrom('s3.example', '127.0.0.1', '[::1]'),
    fc.integer({ min: 1024, max: 65_535 }),
    fc.constantFrom('', '/s3', '/a/b%20c'),
  )
  .map(([scheme, host, port, path]) => `${scheme}://${host}:${port}${path}`)
const location = fc.record({
  bucket,
  prefix: fc.array(part, { maxLength: 5 }).map((parts) => parts.join('/')),
  endpoints: fc.uniqueArray(endpoint, { maxLength: 4 }),
})

function parsedOrRefused(text: string): S3Location | S3Error {
  try {
    return parseS3Location(text)
  } catch (error) {
    if (error instanceof S3Error) return error
    throw error
  }
}

describe('a place on object storage', () => {
  it('is the same after it was written and parsed', () => {
    fc.assert(
      fc.property(location, (place) => {
        expect(parseS3Location(formatS3Location(place))).toEqual(place)
      }),
    )
  })

  it('takes endpoints that are percent-encoded', () => {
    fc.assert(
      fc.property(location, ({ bucket: name, prefix, endpoints }) => {
        const query = endpoints.map((each) => `endpoint=${encodeURIComponent(each)}`).join('&')
        expect(parseS3Location(`s3://${name}/${prefix}${query === '' ? '' : `?${query}`}`).endpoints).toEqual(endpoints)
      }),
    )
  })

  it('is parsed, or refused with its code and the form, whatever it is', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('s3://', 's3:', '/', '?', '&', '=', 'endpoint', 'endpoint=http://h', '#', '%', '..', 'bucket'),
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
        (text) => {
          const parsed = parsedOrRefused(text)
          if (parsed instanceof Error) {
            const { code, hint = '' } = parsed
            return code === 'S3_LOCATION_INVALID' && hint.includes('s3://BUCKET/PREFIX')
          }
          expect(parseS3Location(formatS3Location(parsed))).toEqual(parsed)
          return true
        },
      ),
    )
  })

  it('needs no prefix, and no slash at its end', () => {
    for (const text of ['s3://bucket', 's3://bucket/'])
      expect(parseS3Location(text)).toEqual({ bucket: 'bucket', prefix: '', endpoints: [] })
    expect(parseS3Location('s3://bucket/a/b/').prefix).toBe('a/b')
  })

  it.each([
    ['s3:bucket', 'does not begin with s3://'],
    ['S3://bucket', 'does not begin with s3://'],
    ['s3://', 'names no bucket'],
    ['s3:///prefix', 'names no bucket'],
    ['s3://Bucket', 'must not have capital letters'],
    ['s3://my_bucket', 'only have letters, digits, . and -'],
    ['s3://ab', '3 to 63 characters'],
    [`s3://${'a'.repeat(64)}`, '3 to 63 characters'],
    ['s3://-bucket', 'at both ends'],
    ['s3://a..b', 'beside each .'],
    ['s3://10.0.0.1/x', 'it is an address'],
    ['s3://localhost:9000/bucket', '?endpoint= says'],
    ['s3://bucket//x', 'an empty part'],
    ['s3://bucket/a//b', 'an empty part'],
    ['s3://bucket/a/../b', "a part '..'"],
    ['s3://bucket/a b', 'safe in keys'],
    [`s3://bucket/${'a'.repeat(513)}`, 'longer than 512'],
    ['s3://bucket/x#y', 'must not have a #'],
    ['s3://bucket/x?endpoint=http://a?endpoint=http://b', 'more than one ?'],
    ['s3://bucket/x?', 'an empty option'],
    ['s3://bucket/x?endpoint=http://a&', 'an empty option'],
    ['s3://bucket/x?region=here', "unknown option 'region'"],
    ['s3://bucket/x?endpoint', 'an endpoint is empty'],
    ['s3://bucket/x?endpoint=', 'an endpoint is empty'],
    ['s3://bucket/x?endpoint=localhost:9000', 'does not begin with http:// or https://'],
    ['s3://bucket/x?endpoint=gateway', 'is not a URL'],
    ['s3://bucket/x?endpoint=http:host', 'has no host'],
    ['s3://bucket/x?endpoint=ftp://a', 'does not begin with http:// or https://'],
    ['s3://bucket/x?endpoint=%zz', 'not percent-encoded correctly'],
    ['s3://bucket/x?endpoint=http://a%3Fb=c', 'has a query'],
    ['s3://bucket/x?endpoint=http://a&endpoint=http://a/', 'twice'],
  ])('%s is refused: %s', (text, problem) => {
    expect(isS3Location(text)).toBe(true)
    expect(() => parseS3Location(text)).toThrow(problem)
  })

  it.each([
    's3://key:secret@bucket/x',
    's3://key:se/secret@bucket',
    's3://bucket/x?endpoint=http://key:secret@host',
    's3://bucket/x?endpoint=http%3A%2F%2Fkey%3Asecret%40host',
    's3://bucket/x?endpoint=http://key:se/secret@host',
  ])('a secret within it is not shown: %s', (text) => {
    expect(() => parseS3Location(text)).toThrow('must not have a user or a password')
    expect(() => parseS3Location(text)).not.toThrow('secret')
  })

  it('is none where files are meant', () => {
    for (const path of ['/s3:/x', './s3:', 'store', '~/s3']) expect(isS3Location(path)).toBe(false)
  })
})
