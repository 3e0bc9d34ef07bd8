import { chmod } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { findHelper } from '../src/helper/find-helper.ts'
import { containersAuthFiles, dockerConfigFile, netrcFile } from '../src/source/places.ts'
import { makeHome, type Home } from './support/home.ts'

describe('the places on Windows', () => {
  const env = { USERPROFILE: String.raw`C:\Users\ann`, HOME: 'Z:/', XDG_RUNTIME_DIR: 'Z:/run' }

  it('are below USERPROFILE, as Docker Desktop and podman have them', () => {
    expect(dockerConfigFile(env, 'win32')).toBe(String.raw`C:\Users\ann\.docker\config.json`)
    expect(containersAuthFiles(env, 'win32')).toEqual([String.raw`C:\Users\ann\.config\containers\auth.json`])
    expect(netrcFile(env, 'win32')).toBe(String.raw`C:\Users\ann\_netrc`)
  })

  it('are others where a variable names them', () => {
    const named = { ...env, DOCKER_CONFIG: String.raw`D:\docker`, XDG_CONFIG_HOME: String.raw`D:\conf` }
    expect(dockerConfigFile(named, 'win32')).toBe(String.raw`D:\docker\config.json`)
    expect(containersAuthFiles(named, 'win32')).toEqual([
      String.raw`C:\Users\ann\.config\containers\auth.json`,
      String.raw`D:\conf\containers\auth.json`,
    ])
    expect(containersAuthFiles({ ...env, REGISTRY_AUTH_FILE: 'D:/a.json' }, 'win32')).toEqual(['D:/a.json'])
  })
})

it('on macOS podman keeps its file in ~/.config, and has no runtime directory', () => {
  const env = { HOME: '/Users/ann', XDG_RUNTIME_DIR: '/tmp/run' }
  expect(containersAuthFiles(env, 'darwin')).toEqual(['/Users/ann/.config/containers/auth.json'])
  expect(containersAuthFiles(env, 'linux')).toEqual([
    '/tmp/run/containers/auth.json',
    '/Users/ann/.config/containers/auth.json',
  ])
  expect(dockerConfigFile(env, 'darwin')).toBe('/Users/ann/.docker/config.json')
})

describe('a helper on Windows', () => {
  const withFile = async (name: string): Promise<{ home: Home; path: string }> => {
    const home = await makeHome()
    const path = await home.write(`bin/${name}`, '')
    await chmod(path, 0o755)
    return { home, path }
  }

  it.each(['wincred', 'wincred.exe'])('is an .exe in a directory of PATH: %s', async (name) => {
    const { home, path } = await withFile('docker-credential-wincred.exe')
    for (const variable of ['PATH', 'Path']) {
      const env = { [variable]: `relative;${home.path('none')};${home.path('bin')}` }
      expect(await findHelper(name, env, 'win32')).toBe(path)
    }
  })

  it.each(['cmd', 'bat'])('is not a .%s, and the error names it', async (kind) => {
    const { home, path } = await withFile(`docker-credential-x.${kind}`)
    await expect(findHelper('x', { PATH: home.path('bin') }, 'win32')).rejects.toMatchObject({
      code: 'HELPER_MISSING',
      message: `the credential helper docker-credential-x.exe is configured, but on PATH is only ${path}: batch files are not run`,
      facts: { path },
    })
    await expect(findHelper(`x.${kind}`, { PATH: home.path('bin') }, 'win32')).rejects.toMatchObject({
      code: 'HELPER_NAME_INVALID',
    })
  })

  it('is no file without .exe', async () => {
    const { home } = await withFile('docker-credential-x')
    await expect(findHelper('x', { PATH: home.path('bin') }, 'win32')).rejects.toMatchObject({
      code: 'HELPER_MISSING',
      message: 'the credential helper docker-credential-x.exe is configured, but not on PATH',
    })
  })
})
