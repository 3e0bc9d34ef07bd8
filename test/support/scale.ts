/** `LADING_TEST_SCALE=ci` enlarges the same tests; the ordinary run stays short for newcomers. */
export const atScale = (ordinary: number, ci: number): number => (process.env['LADING_TEST_SCALE'] === 'ci' ? ci : ordinary)
