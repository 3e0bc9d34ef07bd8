import { describe, expect, it } from 'vitest'
import { familiarName, isRepositoryPath, nameOf, parseReference, tryParseReference } from '../src/index.ts'

describe('a repository name', () => {
  it.each([
    'docker/docker',
    'library/debian',
    'debian',
    'docker.io/docker/docker',
    'docker.io/library/debian',
    'docker.io/debian',
    'index.docker.io/docker/docker',
    'index.docker.io/library/debian',
    'index.docker.io/debian',
    '127.0.0.1:5000/docker/docker',
    '127.0.0.1:5000/debian',
    '192.168.0.1',
    '192.168.0.1:80',
    '192.168.0.2:25000/debian',
    'thisisthesongthatneverendsitgoesonandonandthisisthesongthatnever',
    'thisisthesongthatneverendsitgoesonandonandonthisisthesongthatnev',
    'docker-rules/docker',
    'docker---rules/docker',
    'doc/docker',
    'd/docker',
    'jess/t',
    'dock__er/docker',
    'do__cker/docker',
    'aa/aa/bb/bb/bb',
    'a/a/a/a',
    'foo_bar.com',
    'foo.com/foo_bar',
    'example.com/some_separator__underscore/myimage',
    'registry.io/foo/project--id.module--name.ver---sion--name',
    'Asdf.com/foo/bar',
    'localhost/debian',
    'Docker/docker',
    'DOCKER/docker',
    'LOCALDOMAIN/debian',
    'Foo/bar',
    `docker.io/${'a'.repeat(64)}`,
    '[fc00::1]:5000/docker',
  ])('%s is one', (text) => expect(tryParseReference(text)).toBeDefined())

  it.each([
    'https://github.com/docker/docker',
    'docker/Docker',
    'docker.io/docker/Docker',
    'Foo/FarB',
    '-docker',
    '-docker/docker',
    'docker-/docker',
    '-docker-/docker',
    '-docker.io/docker/docker',
    'docker///docker',
    'docker.io/docker///docker',
    '____/____',
    '_docker/_docker',
    'docker_/docker_',
    'dock..er/docker',
    'dock_.er/docker',
    'dock-.er/docker',
    'dock___er/docker',
    'docker/',
    'docker./docker',
    '.docker/docker',
    'do..cker/docker',
    'foo.com/',
    'a//a/a',
    'a/a/a/a/',
    '/a',
    'a^a',
    'a-/a/a/a',
    'foo.com/a-/a/a',
    'foo/bar-',
    'foo/-bar',
    'example.com/__underscore/myimage',
    'example.com/..dots/myimage',
    'example.com/.dots/myimage',
    'example.com/nodouble..dots/myimage',
    'foo.com:http/bar',
    '1a3f5e7d9c1b3a5f7e9d1c3b5a7f9d1e3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a',
    `${'a'.repeat(256)}/docker`,
  ])('%s is none', (text) => expect(tryParseReference(text)).toBeUndefined())

  it.each([
    'test.com',
    'test.com:10304',
    'localhost:8080',
    'a:1',
    'a.b',
    'a-b.com',
    'ab.c-om',
    '0101.com',
    '001a.com',
    'b.gbc.io:443',
    'Asdf.com',
    '192.168.1.1:750050',
    '[fd00:1:2::3]:75050',
    '[fd00123123123]:75050',
  ])('may stand behind the host %s', (domain) => expect(parseReference(`${domain}/a`)).toEqual({ domain, path: 'a' }))

  it.each([
    'test.com:http',
    '-ab.com',
    'ab-.com',
    'ab.-com',
    'ab.com-',
    '[fd00:1:2::3]75050',
    '[fd00:1:2::3]::75050',
    '[fd00:1:2::3%eth0]:75050',
    'fd00:1:2::3:75050',
  ])('may not stand behind %s', (domain) => expect(tryParseReference(`${domain}/a`)).toBeUndefined())
})

describe('the forms of a name', () => {
  it.each([
    ['fooo/bar', 'fooo/bar', 'docker.io', 'fooo/bar'],
    ['index.docker.io/fooo/bar', 'fooo/bar', 'docker.io', 'fooo/bar'],
    ['ubuntu', 'ubuntu', 'docker.io', 'library/ubuntu'],
    ['library/ubuntu', 'ubuntu', 'docker.io', 'library/ubuntu'],
    ['docker.io/library/ubuntu', 'ubuntu', 'docker.io', 'library/ubuntu'],
    ['index.docker.io/library/ubuntu-12.04-base', 'ubuntu-12.04-base', 'docker.io', 'library/ubuntu-12.04-base'],
    ['nonlibrary/ubuntu', 'nonlibrary/ubuntu', 'docker.io', 'nonlibrary/ubuntu'],
    ['other/library', 'other/library', 'docker.io', 'other/library'],
    ['127.0.0.1:8000/private/moonbase', '127.0.0.1:8000/private/moonbase', '127.0.0.1:8000', 'private/moonbase'],
    ['example.com:8000/privatebasee', 'example.com:8000/privatebasee', 'example.com:8000', 'privatebasee'],
    ['example.com/library/x', 'example.com/library/x', 'example.com', 'library/x'],
    ['test_com/foo', 'test_com/foo', 'docker.io', 'test_com/foo'],
    ['library/foo/bar', 'library/foo/bar', 'docker.io', 'library/foo/bar'],
    ['library/library', 'library', 'docker.io', 'library/library'],
  ])('%s is %s to people', (text, familiar, domain, path) => {
    const reference = parseReference(text)
    expect(reference).toEqual({ domain, path })
    expect(nameOf(reference)).toBe(`${domain}/${path}`)
    expect(familiarName(reference)).toBe(familiar)
  })

  it.each([
    ['docker.io/example.com/app', 'docker.io/example.com/app'],
    ['docker.io/localhost/app', 'docker.io/localhost/app'],
    ['docker.io/index.docker.io/app', 'docker.io/index.docker.io/app'],
    [`docker.io/${'a'.repeat(64)}`, `library/${'a'.repeat(64)}`],
  ])('%s stays long enough to mean the same', (text, familiar) => {
    expect(familiarName(parseReference(text))).toBe(familiar)
    expect(parseReference(familiar)).toEqual(parseReference(text))
  })
})

describe('a repository path in a registry’s URL', () => {
  it.each(['a', 'library/alpine', 'a/b/c', 'a.b/c_d/e__f/g---h', 'a'.repeat(255)])('%s', (path) =>
    expect(isRepositoryPath(path)).toBe(true),
  )
  it.each([
    '',
    '/',
    'a/',
    '/a',
    'a//b',
    'A',
    'a:b',
    'a@b',
    'a b',
    '..',
    'a/../b',
    'a%2fb',
    'a___b',
    'a..b',
    'a'.repeat(256),
  ])('not %j', (path) => expect(isRepositoryPath(path)).toBe(false))
})
