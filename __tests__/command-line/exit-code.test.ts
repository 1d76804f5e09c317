import { exitCodeOf } from '../../src/command-line/exit-code.ts'
import { FAILURE_CODES } from '../../src/failure/failure.ts'

const codeOf = (outcome: string, failure?: string) =>
  exitCodeOf(
    new Map([['outcome', outcome], ...(failure === undefined ? [] : [['failure-code', failure] as const])]),
  )

/** Every code, so that a new one is thought about. */
const EXPECTED: Readonly<Record<number, readonly string[]>> = {
  2: ['input'],
  3: [
    'kubeconfig',
    'cluster-unreachable',
    'certificate',
    'unauthorized',
    'forbidden',
    'namespace-terminating',
    'quota',
    'limit-range',
    'pod-security',
    'admission',
    'attach-refused',
    'tool-missing',
    'registry-missing',
    'registry-not-ready',
    'registry-unreachable',
  ],
  4: ['internal'],
  130: ['cancelled'],
}

test.each(FAILURE_CODES.map((code) => [code]))('%s has the exit status of the contract', (code) => {
  const expected = Object.entries(EXPECTED).find(([, codes]) => codes.includes(code))?.[0] ?? '1'
  expect(codeOf('failed', code)).toBe(Number(expected))
})

test('a build that built is a success', () => expect(codeOf('built')).toBe(0))
test('nothing known is no success', () => expect(exitCodeOf(new Map())).toBe(1))
