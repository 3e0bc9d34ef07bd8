import { hexOf, type Digest } from '@lading/digest'

/** The first 12 hexadecimal digits, what people see of an image ID. */
export const shortImageId = (id: Digest): string => hexOf(id).slice(0, 12)
