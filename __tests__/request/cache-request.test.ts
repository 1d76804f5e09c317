import { containing, requestOf } from './given.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1' }

describe('the cache', () => {
  test.each([
    ['ghcr.io/acme/app:1,other/x:1', { registry: 'ghcr.io', repository: 'acme/app/cache' }],
    ['acme/app:1', { registry: 'docker.io', repository: 'acme/app-cache' }],
    ['registry:5000/app:1', { registry: 'registry:5000', repository: 'app/cache' }],
  ])('of %s is next to the first image', (tags, repository) => {
    expect(requestOf({ tags }).cache).toMatchObject({ kind: 'on', repository })
  })

  test('is written by builds that push, and by others only if they ask', () => {
    expect(requestOf({ ...TAGS, push: 'false' }).cache).toMatchObject({ kind: 'on', write: false })
    expect(requestOf({ ...TAGS, push: 'false', 'cache-write': 'true' }).cache).toMatchObject({ write: true })
    expect(requestOf({ ...TAGS, 'cache-write': 'false' }).cache).toMatchObject({ write: false })
  })

  test('is off with a notice where no repository can be derived', () => {
    expect(requestOf({ push: 'false' }).cache).toEqual({
      kind: 'off',
      notice: containing('cache-repository'),
    })
    const longest = `ghcr.io/${'a'.repeat(255)}:1`
    expect(requestOf({ tags: longest }).cache).toMatchObject({
      kind: 'off',
      notice: containing('cache-repository'),
    })
  })

  test('is on without tags where its repository is named', () => {
    expect(requestOf({ push: 'false', 'cache-repository': 'acme/cache' }).cache).toMatchObject({
      kind: 'on',
      repository: { registry: 'docker.io', repository: 'acme/cache' },
      write: false,
    })
  })

  test('is off in silence where that is asked for', () => {
    expect(requestOf({ push: 'false', cache: 'false' }).cache).toEqual({ kind: 'off', notice: undefined })
  })
})
