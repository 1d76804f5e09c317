import {
  DAY,
  parseAutoOrBoolean,
  parseBoolean,
  parseCleanup,
  parseDnsLabel,
  parseDuration,
  parseMirror,
  parsePath,
  parseRegistry,
  parseTarget,
} from '../../src/request/scalars.ts'
import { parsed } from '../../src/request/parsed.ts'
import { containing } from './given.ts'

const refusal = (text: string) => ({
  kind: 'problems',
  problems: [{ problem: containing(text) }],
})

describe('booleans', () => {
  test.each(['true', 'True', 'TRUE'])('%s is true', (text) => {
    expect(parseBoolean(text)).toEqual(parsed(true))
  })
  test.each(['false', 'False', 'FALSE'])('%s is false', (text) => {
    expect(parseBoolean(text)).toEqual(parsed(false))
  })
  test.each(['yes', 'no', '1', '0', 'tRUE', 'on', '"true"'])('%s is neither', (text) => {
    expect(parseBoolean(text)).toMatchObject(refusal('neither true nor false'))
  })
  test('auto is the third possibility where it is one', () => {
    expect(parseAutoOrBoolean('auto')).toEqual(parsed('auto'))
    expect(parseAutoOrBoolean('False')).toEqual(parsed(false))
    expect(parseAutoOrBoolean('maybe')).toMatchObject(refusal('one of auto, true, false'))
  })
})

describe('what becomes of the objects of a build', () => {
  test.each(['always', 'on-success', 'never'] as const)('can be %s', (text) => {
    expect(parseCleanup(text)).toEqual(parsed(text))
  })
  test.each(['Always', 'on-failure', 'true', ''])('cannot be %j', (text) => {
    expect(parseCleanup(text)).toMatchObject(refusal('one of always, on-success, never'))
  })
})

describe('durations', () => {
  test.each([
    ['600', 600],
    ['1', 1],
    ['90s', 90],
    ['15m', 900],
    ['2h', 7200],
    ['1h30m', 5400],
    ['1h1m1s', 3661],
    ['1h5s', 3605],
    ['0h90s', 90],
    ['720h', 30 * DAY],
  ])('%s are %i seconds', (text, seconds) => {
    expect(parseDuration(text, 30 * DAY)).toEqual(parsed(seconds))
  })

  test.each([
    ['', 'not a duration'],
    ['10 min', 'not a duration'],
    ['1h30', 'not a duration'],
    ['30m1h', 'not a duration'],
    ['1.5h', 'not a duration'],
    ['-5', 'not a duration'],
    ['1d', 'not a duration'],
    ['h', 'not a duration'],
    ['0x10', 'not a duration'],
    ['0', 'at least one second'],
    ['0h0m0s', 'at least one second'],
    ['721h', 'at most 720h (30 days)'],
    ['999999999999', 'at most 720h (30 days)'],
    ['9999999999999999', 'not a duration'],
  ])('%j is refused: %s', (text, expected) => {
    expect(parseDuration(text, 30 * DAY)).toMatchObject(refusal(expected))
  })
})

describe('names in Kubernetes', () => {
  test.each(['a', '1a', 'a-b', 'a--b', 'x'.repeat(63)])('%s is one', (text) => {
    expect(parseDnsLabel(text)).toEqual(parsed(text))
  })
  test.each([
    ['My_App', '(my-app)'],
    ['-a', '(a)'],
    ['a-', '(a)'],
    ['a.b', '(a-b)'],
    ['x'.repeat(64), `(${'x'.repeat(63)})`],
  ])('%s is none, but %s is', (text, proposal) => {
    expect(parseDnsLabel(text)).toMatchObject(refusal(proposal))
  })
  test('proposes nothing where nothing can be kept', () => {
    expect(parseDnsLabel('___')).toMatchObject(refusal('at most 63'))
    expect(JSON.stringify(parseDnsLabel('___'))).not.toContain('(')
  })
})

describe('registries', () => {
  test.each(['mirror.gcr.io', 'registry', 'registry:5000', '10.0.0.1:80', '[::1]:5000'])(
    '%s is one',
    (text) => {
      expect(parseRegistry(text)).toEqual(parsed(text))
    },
  )
  test.each([
    ['https://mirror.gcr.io', '(mirror.gcr.io)'],
    ['mirror.gcr.io/path', '(mirror.gcr.io)'],
    ['registry:x', 'not host[:port]'],
    ['registry:70000', 'not host[:port]'],
    ['a b', 'not host[:port]'],
  ])('%s is none: %s', (text, expected) => {
    expect(parseRegistry(text)).toMatchObject(refusal(expected))
  })
})

describe('mirrors', () => {
  test.each(['mirror.gcr.io', 'registry:5000', 'harbor.example:443/proxy/hub'])('%s is one', (text) => {
    expect(parseMirror(text)).toEqual(parsed(text))
  })
  test.each([
    'https://mirror.gcr.io',
    'https://harbor.example/hub',
    'harbor.example/',
    '/hub',
    'a.b/C',
    'a b',
  ])('%s is none', (text) => {
    expect(parseMirror(text)).toMatchObject(refusal('not host[:port]'))
  })
})

describe('paths and stages', () => {
  test.each(['.', 'services/a b', '/abs', '../up', 'C:\\x'])('%s is a path', (text) => {
    expect(parsePath(text)).toEqual(parsed(text))
  })
  test('a URL is no path', () => {
    expect(parsePath('https://x.example/Dockerfile')).toMatchObject(refusal('only a path'))
  })
  test.each(['runtime', '0', 'Stage_1.x-y'])('%s is a stage', (text) => {
    expect(parseTarget(text)).toEqual(parsed(text))
  })
  test.each(['a,b', '"a"', 'a b', '-x'])('%s would be another stage for Kaniko, and is refused', (text) => {
    expect(parseTarget(text)).toMatchObject(refusal('not the name of one stage'))
  })
})
