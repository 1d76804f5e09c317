import { containing, problemsOf, requestOf } from './given.ts'

describe('pushing', () => {
  test('needs tags', () => {
    expect(problemsOf({})).toEqual([{ input: 'tags', problem: containing('is needed') }])
    expect(problemsOf({ tags: '# none' })).toHaveLength(1)
  })

  test('needs no second complaint about tags that are wrong', () => {
    expect(problemsOf({ tags: 'A:1' })).toHaveLength(1)
  })

  test('does not complain about missing tags where it is not known whether to push', () => {
    expect(problemsOf({ push: 'maybe' }).map(({ input }) => input)).toEqual(['push'])
  })

  test.each([
    [`acme/app@sha256:${'a'.repeat(64)}`, 'a digest cannot be pushed to'],
    ['registry:5000/a:1', 'at least two characters'],
  ])('to %s is refused: %s', (tags, expected) => {
    expect(problemsOf({ tags })).toEqual([{ input: 'tags', value: tags, problem: containing(expected) }])
  })

  test.each([
    ['app:1', 'docker.io/library'],
    ['localhost/app:1', "the build's own pod"],
    ['localhost:5000/app:1', "the build's own pod"],
    ['127.0.0.1:5000/app:1', "the build's own pod"],
    ['[::1]:5000/app:1', "the build's own pod"],
  ])('to %s is done with a notice: %s', (tags, expected) => {
    expect(requestOf({ tags }).notices).toEqual([containing(expected)])
    expect(requestOf({ tags, push: 'false' }).notices).toEqual([])
  })
})
