import fc from 'fast-check'
import { parsed } from '../../src/request/parsed.ts'
import { amountOf, parseQuantity } from '../../src/request/quantity.ts'
import { isMore, parseResources } from '../../src/request/resources.ts'
import { containing } from './given.ts'

const refusal = (value: string, text: string) => ({
  kind: 'problems',
  problems: [{ value, problem: containing(text) }],
})

describe('quantities', () => {
  test.each([
    ['2', 2_000_000_000n],
    ['500m', 500_000_000n],
    ['0.5', 500_000_000n],
    ['.5', 500_000_000n],
    ['5.', 5_000_000_000n],
    ['1k', 1_000_000_000_000n],
    ['1Ki', 1_024_000_000_000n],
    ['1.5Gi', 1_610_612_736_000_000_000n],
    ['1e3', 1_000_000_000_000n],
    ['1E-3', 1_000_000n],
    ['1E', 10n ** 27n],
    ['1n', 1n],
    ['0.0000000001', 1n],
  ])('%s is an amount', (text, amount) => {
    expect(amountOf(text)).toBe(amount)
  })

  test.each(['', '.', 'Gi', '-1', '+1', '1 Gi', '2GB', '1gi', '1e', '1e999', '0x1', '1_000', '１'])(
    '%j is none',
    (text) => {
      expect(amountOf(text)).toBeUndefined()
    },
  )

  test.each([
    ['2GB', 'did you mean 2Gi or 2G?'],
    ['2gb', 'did you mean 2Gi or 2G?'],
    ['2g', 'did you mean 2Gi or 2G?'],
    ['2 Gi', 'did you mean 2Gi or 2G?'],
    ['512MB', 'did you mean 512Mi or 512M?'],
    ['512mb', 'did you mean 512Mi or 512M?'],
    ['1,5GiB', 'did you mean 1.5Gi or 1.5G?'],
    ['64KB', 'did you mean 64Ki or 64k?'],
    ['100 bytes', 'did you mean 100?'],
    ['512m', 'less than one byte ("m" means thousandths); did you mean 512Mi or 512M?'],
  ])('memory %s is refused: %s', (text, expected) => {
    expect(parseQuantity(text, 'memory')).toEqual(refusal(text, expected))
  })

  test.each([
    ['2 cores', 'did you mean 2?'],
    ['1,5', 'did you mean 1.5?'],
  ])('cpu %s is refused: %s', (text, expected) => {
    expect(parseQuantity(text, 'cpu')).toEqual(refusal(text, expected))
  })

  test('proposes nothing for what is nothing like a quantity', () => {
    expect(parseQuantity('lots', 'memory')).toEqual({
      kind: 'problems',
      problems: [{ value: 'lots', problem: 'not a Kubernetes quantity' }],
    })
  })

  test('whatever is proposed is a quantity', () => {
    const unit = fc.constantFrom('b', 'kb', 'KB', 'mb', 'GB', 'TiB', 'pb', 'eb', ' Gi', 'gbytes', ' bytes')
    fc.assert(
      fc.property(fc.nat(9999), unit, (number, suffix) => {
        const result = parseQuantity(`${number}${suffix}`, 'memory')
        if (result.kind === 'value') return
        const proposed = /did you mean (.*)\?/.exec(result.problems[0]?.problem ?? '')?.[1]?.split(' or ')
        expect(proposed?.map((one) => amountOf(one)).includes(undefined)).toBe(false)
      }),
    )
  })

  test('are compared by amount, not by text', () => {
    expect(isMore('1Gi', '1G')).toBe(true)
    expect(isMore('1000m', '1')).toBe(false)
    expect(isMore('1', '1000m')).toBe(false)
    expect(isMore('1.5', '1')).toBe(true)
  })
})

describe('resources', () => {
  test.each([
    ['limits: {memory: 4Gi}', { limits: { memory: '4Gi' } }],
    ['requests:\n  cpu: 2\n  memory: 1Gi', { requests: { cpu: '2', memory: '1Gi' } }],
    ['requests: {cpu: 0.5}', { requests: { cpu: '0.5' } }],
    ['{"limits":{"ephemeral-storage":"10Gi"}}', { limits: { 'ephemeral-storage': '10Gi' } }],
    ['limits:', { limits: {} }],
    ['{}', {}],
    ['requests: {cpu: 1}\nlimits: {cpu: 1000m}', { requests: { cpu: '1' }, limits: { cpu: '1000m' } }],
  ])('%j is read', (text, expected) => {
    expect(parseResources(text)).toEqual(parsed(expected))
  })

  test.each([
    ['memory: 4Gi', 'memory', 'known are requests and limits; write {limits: {memory: …}}'],
    ['limit: {memory: 4Gi}', 'limit', 'known are requests and limits'],
    ['limits: {nvidia.com/gpu: 1}', 'nvidia.com/gpu', 'known are cpu, memory, ephemeral-storage'],
    ['limits: {memory: 2GB}', '2GB', 'did you mean 2Gi or 2G?'],
    ['limits: {memory: [1]}', '[1]', 'for limits.memory'],
    ['limits: {memory: }', 'null', 'for limits.memory'],
    ['limits: 4Gi', '"4Gi"', 'not a mapping as limits needs it'],
    ['4Gi', '4Gi', 'not a YAML mapping'],
    ['[]', '[]', 'not a YAML mapping'],
    ['limits: {memory: 4Gi', 'limits: {memory: 4Gi', 'not YAML'],
    ['limits: {}\nlimits: {}', 'limits: {}\nlimits: {}', 'not YAML'],
    ['# nothing', '# nothing', 'not YAML'],
    [
      'requests: {memory: 4Gi}\nlimits: {memory: 2Gi}',
      '4Gi',
      'requests.memory is more than limits.memory (2Gi)',
    ],
  ])('%j is refused for %s: %s', (text, value, expected) => {
    expect(parseResources(text)).toEqual(refusal(value, expected))
  })

  test('all that is wrong is said at once', () => {
    const result = parseResources('limits: {memory: 2GB, cpuu: 1}\nrequest: {}')
    expect(result.kind === 'problems' && result.problems.map(({ value }) => value)).toEqual([
      '2GB',
      'cpuu',
      'request',
    ])
  })
})
