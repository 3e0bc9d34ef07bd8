import type { Quirks } from '../quirks.ts'
import type { Trait } from './in-character.ts'

/** RFC 9110 11.6.1 has all of them, but for a URL without quotes. */
const forms: Readonly<Record<NonNullable<Quirks['challengeForm']>, (challenge: string) => string>> = {
  'lower-case': (challenge) => challenge.replace(/^\w+/, (scheme) => scheme.toLowerCase()),
  spaced: (challenge) =>
    challenge.replaceAll(/="([^"]*)"(,?)/g, (_, value: string, comma: string) => ` = "${value}"${comma && ' , '}`),
  unquoted: (challenge) => challenge.replaceAll(/="([^",]*)"/g, (_, value: string) => `=${value}`),
}

export const challenge: Trait = (given, { quirks: { challengeForm } }) => {
  const said = given.headers['www-authenticate']
  if (challengeForm === undefined || said === undefined) return given
  return { ...given, headers: { ...given.headers, 'www-authenticate': [said].flat().map(forms[challengeForm]) } }
}
