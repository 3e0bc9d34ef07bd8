/** `LADING_TEST_SCALE=ci` enlarges the same tests; the ordinary run stays short for newcomers. */
export const atScale = <T = number>(ordinary: T, ci: T): T =>
  process.env['LADING_TEST_SCALE'] === 'ci' ? ci : ordinary
