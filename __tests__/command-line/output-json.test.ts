import { outputJson } from '../../src/command-line/output-json.ts'

test('outputs keep their names; what is JSON or a number already is so', () => {
  const outputs = new Map([
    ['outcome', 'built'],
    ['images', '["r/a:1"]'],
    ['duration', '1.234'],
    ['cache-hits', '2'],
    ['metadata', '{"size":3}'],
    ['digest', '123'],
  ])
  expect(JSON.parse(outputJson(outputs, 0))).toEqual({
    outcome: 'built',
    images: ['r/a:1'],
    duration: 1.234,
    'cache-hits': 2,
    metadata: { size: 3 },
    digest: '123',
    'exit-code': 0,
  })
})

test('it is one line, whatever is in it', () => {
  expect(outputJson(new Map([['failure-message', 'a\nb']]), 1)).not.toContain('\n')
})
