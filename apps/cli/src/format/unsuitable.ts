/** What a function does not take. Whoever calls it knows where in the template that is. */
export class Unsuitable extends Error {}
