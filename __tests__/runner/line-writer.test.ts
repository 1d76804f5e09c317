import { lineWriter } from '../../src/runner/line-writer.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('lines that are written', () => {
  test('leave together when the turn is over, in their order', async () => {
    const written: string[] = []
    const out = lineWriter((text) => written.push(text))
    out.line('one')
    out.line('two')
    expect(written).toEqual([])
    await turn()
    expect(written).toEqual(['one\ntwo\n'])
    out.line('three')
    await turn()
    expect(written).toEqual(['one\ntwo\n', 'three\n'])
  })

  test('leave at once when somebody asks, and only once', async () => {
    const written: string[] = []
    const out = lineWriter((text) => written.push(text))
    out.line('one')
    out.flush()
    expect(written).toEqual(['one\n'])
    await turn()
    out.flush()
    expect(written).toEqual(['one\n'])
  })

  test('do not pile up within a turn', () => {
    const written: string[] = []
    const out = lineWriter((text) => written.push(text))
    for (let line = 0; line < 10; line++) out.line('x'.repeat(20_000))
    expect(written.length).toBeGreaterThan(1)
    out.flush()
    expect(written.join('').split('\n')).toHaveLength(11)
  })
})
