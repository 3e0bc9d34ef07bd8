const component = '[A-Za-z0-9]+(?:(?:[-._:@+]|--)[A-Za-z0-9]+)*'
const grammar = new RegExp(`^${component}(?:/${component})*$`)

/**
 * Whether a name may stand in `org.opencontainers.image.ref.name` (OCI image-spec, annotations.md). Most full names do;
 * `[::1]:5000/x`, `a__b` and a tag that starts or ends with `_` do not, and other tools refuse to be asked for them.
 */
export const isRefName = (name: string): boolean => grammar.test(name)
