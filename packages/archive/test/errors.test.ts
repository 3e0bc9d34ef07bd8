import { ArchiveError } from '@lading/archive'
import { isLadingError } from '@lading/errors'
import { expect, it } from 'vitest'

it('has errors of the family, told apart by code', () => {
  const error = new ArchiveError('ARCHIVE_UNKNOWN', 'no archive', { path: '/tmp/x.tar' })
  expect(isLadingError(error, 'ARCHIVE_UNKNOWN')).toBe(true)
  expect(error.name).toBe('ArchiveError')
})
