import { printed, read, said, told } from '../support/kaniko-lines.ts'

const stage = (index: number, base = 'busybox') =>
  said(`Building stage '${base}' [idx: '${index}', base-idx: '-1']`)

describe('a Dockerfile that only the executor can read', () => {
  test('is told by what the log names', () => {
    const { events, record } = read(undefined, [
      stage(0, 'golang'),
      said('RUN go build \t -o /app', 1),
      printed('compiling', 2),
      said("Building stage 'scratch' [idx: '1', base-idx: '-1']", 2),
      said('COPY --from=0 /app /', 3),
      said('Pushing image to r/a:1', 4),
    ])
    expect(told(events)).toEqual([
      '> prepare',
      '  0.000',
      '> FROM golang',
      '  1.000',
      '> [stage-0] RUN go build -o /app',
      '  | compiling',
      '  1.000, miss',
      '> FROM scratch',
      '  1.000',
      '> [stage-1] COPY --from=0 /app /',
      '  1.000',
      '> push r/a:1',
      '  0.000',
    ])
    expect(record.steps.every(({ place }) => place === undefined)).toBe(true)
  })

  test('cannot fill memory by what a RUN forges', () => {
    const lines = [stage(0), ...Array.from({ length: 2_000 }, (_, at) => said(`RUN forged ${at}`))]
    expect(read(undefined, lines).record.steps.length).toBeLessThanOrEqual(501)
  })
})

test('git’s progress bars are told by what they say at last, a RUN’s as they are', () => {
  const bar = 'Counting objects:  50% (1/2)\rCounting objects: 100% (2/2), done.\r'
  const { events } = read('FROM a\nRUN x\n', [
    printed(bar),
    printed('x\ry'),
    stage(0),
    said('RUN x'),
    printed(bar),
  ])
  expect(events.filter(({ kind }) => kind === 'output')).toEqual([
    { kind: 'output', text: 'Counting objects: 100% (2/2), done.' },
    { kind: 'output', text: 'x\ry' },
    { kind: 'output', text: bar },
  ])
})
