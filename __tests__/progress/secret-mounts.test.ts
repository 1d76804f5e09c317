import { parseDockerfile } from '../../src/progress/dockerfile.ts'
import { neededStages } from '../../src/progress/needed-stages.ts'
import { secretMounts } from '../../src/progress/secret-mounts.ts'

const mounts = (run: string) =>
  secretMounts(parseDockerfile('Dockerfile', `FROM busybox\n${run}\n`)).map(({ id, isRequired }) =>
    isRequired ? `${id ?? '?'} required` : (id ?? '?'),
  )

describe('the secrets that a Dockerfile mounts', () => {
  test.each([
    ['RUN --mount=type=secret,id=a cat', ['a']],
    ['run --mount=type=secret,id=a,target=/x,uid=1,mode=0400,env=B cat', ['a']],
    ['RUN --mount=id=a,type=secret --mount=type=secret,id=b cat', ['a', 'b']],
    ['RUN --network=none \\\n  --mount=type=secret,id=a \\\n  cat', ['a']],
    ['RUN --mount=type=secret,target=/root/.npmrc cat', ['.npmrc']],
    ['RUN --mount=type=secret,dst=/etc/b/ cat', ['b']],
    ['RUN --mount=type=secret,destination=c cat', ['c']],
    ['RUN --mount=type=secret,id=a,required cat', ['a required']],
    ['RUN --mount=type=secret,id=a,required=true cat', ['a required']],
    ['RUN --mount=type=secret,id=a,required=false cat', ['a']],
    ['RUN --mount="type=secret,id=a" cat', ['a']],
    ['RUN --mount=type=secret,"id=a" cat', ['a']],
    ['RUN --mount=type=secret,id=$ID cat', ['?']],
    ['RUN --mount=type=secret,id=a <<EOF\ncat\nEOF', ['a']],
    ['RUN --mount=type=secret cat', ['?']],
    ['RUN --mount=type=cache,id=a,target=/a cat', []],
    ['RUN cat --mount=type=secret,id=a', []],
    ['ONBUILD RUN --mount=type=secret,id=a cat', []],
    ['COPY --mount=type=secret,id=a b c', []],
  ])('by %j are %j', (run, expected) => {
    expect(mounts(run)).toEqual(expected)
  })

  test('have the place and the stage of their RUN', () => {
    const text = 'FROM a\nRUN x\nFROM b\n\nRUN --mount=type=secret,id=s \\\n  y\n'
    expect(secretMounts(parseDockerfile('docker/File', text))).toMatchObject([
      { stage: 1, instruction: { place: { path: 'docker/File', firstLine: 5, lastLine: 6 } } },
    ])
  })
})

describe('the stages that are built for certain', () => {
  const FILE = [
    'FROM x AS base',
    'FROM base AS Tools',
    'FROM x',
    'FROM $BASE AS guess',
    'FROM base AS app',
    'COPY --from=tools a b',
    'COPY --chown=1 --from=2 a b',
    'COPY --from=ghcr.io/a/b c d',
    'FROM app AS test',
  ].join('\n')
  const needed = (target: string | undefined) =>
    [...neededStages(parseDockerfile('Dockerfile', FILE), target)].sort()

  test.each([
    [undefined, [0, 1, 2, 4, 5]],
    ['test', [0, 1, 2, 4, 5]],
    ['APP', [0, 1, 2, 4]],
    ['tools', [0, 1]],
    ['1', [0, 1]],
    ['guess', [3]],
    ['nowhere', []],
    ['9', []],
  ])('for the target %j are %j', (target, expected) => {
    expect(needed(target)).toEqual(expected)
  })

  test('are none where there is no stage', () => {
    expect(neededStages(parseDockerfile('Dockerfile', ''), undefined)).toEqual(new Set())
  })

  test('stand on the nearest stage of a name, and never on themselves', () => {
    const file = parseDockerfile('Dockerfile', 'FROM x AS a\nFROM a AS a\nFROM a AS b\n')
    expect([...neededStages(file, 'b')].sort()).toEqual([0, 1, 2])
  })
})
