import { recentLines } from '../../src/builders/recent-lines.ts'

const instruction = (text: string): string =>
  JSON.stringify({ level: 'info', msg: text, time: '2026-01-01T00:00:00Z' })

describe('the recent lines of a build', () => {
  test('are all lines of a short log', () => {
    const lines = recentLines()
    lines.add('one')
    lines.add('two')
    expect(lines.all()).toEqual(['one', 'two'])
  })

  test('still begin with the instruction that printed a million others', () => {
    const lines = recentLines()
    lines.add(instruction('RUN first'))
    lines.add(instruction('RUN make'))
    for (let line = 0; line < 10_000; line++) lines.add(`line ${line}`)
    expect(lines.all()[0]).toBe(instruction('RUN make'))
    expect(lines.all()).toHaveLength(201)
    expect(lines.all().at(-1)).toBe('line 9999')
  })

  test('are cut, so that one line cannot fill the memory', () => {
    const lines = recentLines()
    lines.add('x'.repeat(1_000_000))
    expect(lines.all()[0]?.length).toBe(4000)
  })
})
