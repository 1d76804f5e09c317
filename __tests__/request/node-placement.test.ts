import { parseNodeSelector } from '../../src/request/node-selector.ts'
import { parsed } from '../../src/request/parsed.ts'
import { parseTolerations } from '../../src/request/tolerations.ts'
import { containing } from './given.ts'

const refusal = (value: string | undefined, text: string) => ({
  kind: 'problems',
  problems: [{ ...(value === undefined ? {} : { value }), problem: containing(text) }],
})

describe('a node selector', () => {
  test.each([
    ['pool=builds', { pool: 'builds' }],
    [
      'pool=builds\n# not this\nkubernetes.io/arch = arm64',
      { pool: 'builds', 'kubernetes.io/arch': 'arm64' },
    ],
    ['a=1,b.example/c=x_y.z', { a: '1', 'b.example/c': 'x_y.z' }],
    ['spot=', { spot: '' }],
    ['pool: builds\ngpu: true\nzone: 01', { pool: 'builds', gpu: 'true', zone: '01' }],
    ['{"pool": "builds"}', { pool: 'builds' }],
    ['kubernetes.io/os=linux', { 'kubernetes.io/os': 'linux' }],
    ['# nothing', {}],
  ])('%j is read', (text, expected) => {
    expect(parseNodeSelector(text)).toEqual(parsed(new Map(Object.entries(expected))))
  })

  test.each([
    ['kubernetes.io/os=windows', 'kubernetes.io/os=windows', 'Linux only'],
    ['a=b c', 'a=b c', 'not a label’s value'],
    ['a=b=c', 'a=b=c', 'not a label’s value'],
    [`a=${'x'.repeat(64)}`, `a=${'x'.repeat(64)}`, 'at most 63'],
    ['-a=b', '-a=b', 'not a label’s key'],
    ['=b', '=b', 'not a label’s key'],
    ['Acme/a=b', 'Acme/a=b', 'a DNS name in lower case'],
    ['/a=b', '/a=b', 'a DNS name in lower case'],
    ['a=1,b', 'b', 'has no "="'],
    ['builds', 'builds', 'neither key=value lines nor a YAML mapping'],
    ['a: [b]', 'a', 'more than one value'],
    ['a: b: c', undefined, 'not YAML (line 1)'],
  ])('%j is refused for %s: %s', (text, value, expected) => {
    expect(parseNodeSelector(text)).toEqual(refusal(value, expected))
  })

  test('is told with all that is wrong', () => {
    const result = parseNodeSelector('a=b c,d,-e=f')
    expect(result.kind === 'problems' && result.problems).toHaveLength(1)
    const complete = parseNodeSelector('a=b c,-e=f')
    expect(complete.kind === 'problems' && complete.problems).toHaveLength(2)
  })
})

describe('tolerations', () => {
  const gpu = { key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }

  test.each([
    ['- {key: gpu, operator: Exists, effect: NoSchedule}', [gpu]],
    [
      '- key: gpu\n  operator: Exists\n  effect: NoSchedule\n- operator: Exists',
      [gpu, { operator: 'Exists' }],
    ],
    ['[{"key": "a.example/b", "value": "c"}]', [{ key: 'a.example/b', value: 'c' }]],
    [
      '- {key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 300}',
      [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }],
    ],
    ['- {key: dedicated, value: true}', [{ key: 'dedicated', value: 'true' }]],
    ['key=gpu,operator=exists,effect=noschedule', [gpu]],
    [
      'key=a,value=b,operator=Equal,effect=NoSchedule\nkey=gpu,operator=Exists,effect=NoSchedule',
      [{ key: 'a', value: 'b', operator: 'Equal', effect: 'NoSchedule' }, gpu],
    ],
    ['key=a,value=b;operator=Exists', [{ key: 'a', value: 'b' }, { operator: 'Exists' }]],
    ['[]', []],
    ['# none', []],
  ])('%j are read', (text, expected) => {
    expect(parseTolerations(text)).toEqual(parsed(expected))
  })

  test.each([
    ['- {key: gpu, operator: exists}', 'key=gpu,operator=exists', 'operator: one of Equal, Exists'],
    [
      '- {key: gpu, effect: Never, operator: Exists}',
      'key=gpu,effect=Never,operator=Exists',
      'effect: one of NoSchedule',
    ],
    ['- {key: gpu, operator: Exists, value: x}', 'key=gpu,operator=Exists,value=x', 'takes no value'],
    ['- {value: x}', 'value=x', 'without a key'],
    ['- {key: a b, operator: Exists}', 'key=a b,operator=Exists', 'key: not a label’s key'],
    ['- {key: a, value: a-}', 'key=a,value=a-', 'value: not a label’s value'],
    ['- {key: a, tolerationSeconds: 5}', 'key=a,tolerationSeconds=5', 'effect: NoExecute only'],
    [
      '- {key: a, effect: NoExecute, tolerationSeconds: 5s}',
      'key=a,effect=NoExecute,tolerationSeconds=5s',
      'not a whole number',
    ],
    ['- {key: a, operato: Exists}', 'key=a,operato=Exists', '"operato" is not known'],
    ['- {key: [a]}', 'key=…', 'key: is not a text'],
    ['- gpu', '"gpu"', 'not a toleration'],
    ['key: gpu', 'key: gpu', 'not a YAML list'],
    ['key=gpu,exists', 'key=gpu,exists', 'not field=value'],
    ['- {key: a', undefined, 'not YAML (line'],
  ])('%j are refused for %s: %s', (text, value, expected) => {
    const result = parseTolerations(text)
    expect(result.kind === 'problems' && result.problems).toContainEqual(refusal(value, expected).problems[0])
  })

  test('are told with all that is wrong', () => {
    const result = parseTolerations('- {key: a b, operator: x, effect: y}\n- {operator: Exists, value: z}')
    expect(result.kind === 'problems' && result.problems).toHaveLength(4)
  })
})
