import type { BuildOutcome, Digest } from '../../src/builders/builder.ts'
import { NOWHERE } from '../../src/outcome-of.ts'
import { knownImages } from '../../src/registry/known-images.ts'
import { terminalRunner } from '../../src/runner/terminal-runner.ts'
import { lookForImage, rememberImage } from '../../src/skip-build.ts'
import { archiveOf } from '../plan/given.ts'
import { type GivenInputs, requestOf } from '../request/given.ts'
import { never, smallPlan } from '../support/build-fixture.ts'
import { pathOf, RegistryServer } from '../support/registry-server.ts'
import { parseDockerfile } from '../../src/progress/dockerfile.ts'

const BASE = { schemaVersion: 2, config: { size: 1 }, layers: [] }
const IMAGE = { schemaVersion: 2, config: { size: 100 }, layers: [{ size: 2000 }] }

let registry: RegistryServer
let log: string[]

beforeEach(async () => {
  registry = await new RegistryServer().listen()
  registry.push('base/os', '1', BASE)
  log = []
})
afterEach(() => registry.close())

/** A build of what was hashed so, that may be one too many. */
function given(inputs: GivenInputs = {}, from = `${registry.host}/base/os:1`) {
  const request = requestOf({
    tags: `${registry.host}/acme/app:1\n${registry.host}/acme/app:latest`,
    'insecure-registries': registry.host,
    'skip-if-exists': 'true',
    ...inputs,
  })
  return {
    request,
    plan: { ...smallPlan(), dockerfile: parseDockerfile('Dockerfile', `FROM ${from}\n`) },
    context: archiveOf(),
    facts: { architectures: new Map([['node-1', 'amd64']]) },
    registryConfig: undefined,
    certificates: new Map<string, string>(),
  }
}

const ports = (hash = 'one') => ({
  runner: terminalRunner({}, (line) => log.push(line)),
  openImages: (signal: AbortSignal) => knownImages({}, signal),
  hashContext: () => Promise.resolve(hash),
})

const built = (digest: string): BuildOutcome => ({
  kind: 'built',
  // Any text in its form is one.
  digest: digest as Digest,
  confirmation: { kind: 'confirmed' },
  where: NOWHERE,
  record: undefined,
})

/** The first build, which leaves its tag; the digest of its image. */
async function build(): Promise<string> {
  const digest = registry.push('acme/app', '1', IMAGE)
  const looked = await lookForImage(given(), ports(), never())
  expect(looked.kind).toBe('build')
  if (looked.kind === 'build') await rememberImage(built(digest), looked.tag, given(), ports(), never())
  return digest
}

describe('a build whose image is there', () => {
  test('is none: all tags lead to that image', async () => {
    const digest = await build()
    expect(await lookForImage(given(), ports(), never())).toMatchObject({
      kind: 'there',
      outcome: { kind: 'built', digest, isSkipped: true, imageBytes: 2100 },
    })
    const tag = await fetch(`${registry.url}${pathOf('acme/app', 'latest')}`)
    expect(await tag.json()).toEqual(IMAGE)
  })

  test.each<readonly [string, () => Promise<unknown>]>([
    ['its context is another', () => lookForImage(given(), ports('two'), never())],
    [
      'a base image is another',
      () => {
        registry.push('base/os', '1', { ...BASE, layers: [{ size: 3 }] })
        return lookForImage(given(), ports(), never())
      },
    ],
    ['an argument is another', () => lookForImage(given({ 'build-args': 'A=1' }), ports(), never())],
  ])('is one where %s', async (_, look) => {
    await build()
    expect(await look()).toMatchObject({ kind: 'build', tag: { repository: 'acme/app' } })
  })

  test('is one where a tag cannot be given to it', async () => {
    await build()
    registry.fail(pathOf('acme/app', 'latest'), { kind: 'answer', status: 403 })
    expect(await lookForImage(given(), ports(), never())).toMatchObject({ kind: 'build' })
    expect(log.join('\n')).toMatch(/latest cannot be given to it \(it wants credentials/)
  })

  test('is one, known by nothing, where its base image cannot be looked up', async () => {
    await build()
    registry.fail(pathOf('base/os', '1'), { kind: 'answer', status: 500 })
    expect(await lookForImage(given(), ports(), never())).toEqual({ kind: 'build', tag: undefined })
    expect(log.join('\n')).toMatch(
      /the digest of .*base\/os:1 is not known .*status 500.*; the image is built/,
    )
  })

  test('is one where nobody asks whether it is there', async () => {
    await build()
    const before = registry.requests.length
    expect(await lookForImage(given({ 'skip-if-exists': 'false' }), ports(), never())).toEqual({
      kind: 'build',
      tag: undefined,
    })
    expect(registry.requests).toHaveLength(before)
  })
})

describe('a build', () => {
  test('that its registry does not confirm is not remembered', async () => {
    const digest = registry.push('acme/app', '1', IMAGE)
    const looked = await lookForImage(given(), ports(), never())
    if (looked.kind !== 'build') throw new Error('it is there')
    const doubtful = { ...built(digest), confirmation: { kind: 'unconfirmed', why: 'x' } } as BuildOutcome
    await rememberImage(doubtful, looked.tag, given(), ports(), never())
    expect(registry.requests.filter(({ method }) => method === 'PUT')).toEqual([])
  })

  test('is told where it cannot be remembered', async () => {
    const digest = registry.push('acme/app', '1', IMAGE)
    const looked = await lookForImage(given(), ports(), never())
    if (looked.kind !== 'build' || looked.tag?.tag === undefined) throw new Error('it is there')
    registry.fail(pathOf('acme/app', looked.tag.tag), { kind: 'answer', status: 403 })
    await rememberImage(built(digest), looked.tag, given(), ports(), never())
    expect(log.join('\n')).toContain('the next build cannot know this image')
  })

  test('asks for what writes only where it writes', async () => {
    registry.demand = { kind: 'bearer' }
    const digest = await build()
    const scopes = registry.requests
      .filter(({ path }) => path === '/token')
      .map(({ query }) => query.get('scope'))
    expect(scopes).toContain('repository:acme/app:pull')
    expect(scopes.filter((scope) => scope?.endsWith('pull,push'))).toHaveLength(1)
    expect(digest).toMatch(/^sha256:/)
  })
})
