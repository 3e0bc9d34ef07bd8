/**
 * Gives the errors of a class their `name`, in letters that no minifier changes. It goes on the prototype, where
 * JavaScript's own errors have theirs: an own property would be printed with every error.
 *
 * @param errors the class
 */
export function nameErrors(errors: { readonly prototype: Error }, name: string): void {
  Object.defineProperty(errors.prototype, 'name', { value: name, configurable: true, writable: true })
}
