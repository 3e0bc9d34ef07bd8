/** How far a number of JSON came (RFC 8259 6). */
export type NumberState =
  | 'number -'
  | 'number 0'
  | 'number 1'
  | 'number .'
  | 'number .1'
  | 'number e'
  | 'number e+'
  | 'number e1'

const digits = '0123456789'

/** By state: which characters lead to which. */
const ways: Readonly<Record<NumberState | 'begin', readonly (readonly [chars: string, next: NumberState])[]>> = {
  begin: [
    ['-', 'number -'],
    ['0', 'number 0'],
    ['123456789', 'number 1'],
  ],
  'number -': [
    ['0', 'number 0'],
    ['123456789', 'number 1'],
  ],
  'number 0': [
    ['.', 'number .'],
    ['eE', 'number e'],
  ],
  'number 1': [
    [digits, 'number 1'],
    ['.', 'number .'],
    ['eE', 'number e'],
  ],
  'number .': [[digits, 'number .1']],
  'number .1': [
    [digits, 'number .1'],
    ['eE', 'number e'],
  ],
  'number e': [
    ['+-', 'number e+'],
    [digits, 'number e1'],
  ],
  'number e+': [[digits, 'number e1']],
  'number e1': [[digits, 'number e1']],
}

/** `undefined`: the character is none of the number's. */
export const numberAfter = (state: NumberState | 'begin', char: string): NumberState | undefined =>
  ways[state].find(([chars]) => chars.includes(char))?.[1]

export const numberMayEnd = (state: NumberState): boolean =>
  state === 'number 0' || state === 'number 1' || state === 'number .1' || state === 'number e1'
