import '@lading/errors/needs-node'
export { homeDirectory } from './home-directory.ts'
export type { Variables } from './variables.ts'
export { configHome, dataHome } from './xdg-directories.ts'
