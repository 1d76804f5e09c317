import { builderNotices, isInCluster, readBuilderChoice } from '../../src/request/builder-choice.ts'
import { type Environment, inputReader } from '../../src/request/input-reader.ts'
import { readChoice } from '../../src/request/read-request.ts'
import { containing, type GivenInputs, problemsOf, requestOf } from './given.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1' }
const BUILDX = 'builder-0b1c7f6e-9f0b-4c1d-8e2a-1234567890ab'

const readerOf = (inputs: GivenInputs, environment: Environment = {}) =>
  inputReader((name) => inputs[name], environment)

test.each<[string, GivenInputs, object]>([
  ['not said', {}, { kind: 'named', builder: 'kaniko' }],
  ['empty', { builder: ' ' }, { kind: 'named', builder: 'kaniko' }],
  ['kaniko', { builder: 'kaniko' }, { kind: 'named', builder: 'kaniko' }],
  ['buildkit', { builder: 'buildkit' }, { kind: 'named', builder: 'buildkit' }],
  [
    'auto, which asks in this order',
    { builder: 'auto' },
    { kind: 'auto', order: ['kaniko', 'buildkit', 'docker', 'buildah', 'podman', 'nerdctl'] },
  ],
  ['one of setup-buildx-action', { builder: BUILDX }, { kind: 'named', builder: 'kaniko' }],
])('the builder is %s', (_, inputs, expected) => {
  const reader = readerOf(inputs)
  expect(readBuilderChoice(reader)).toEqual(expected)
  expect(reader.problems).toEqual([])
})

test.each(['dockerd', 'Kaniko', 'kaniko,buildkit', 'builder-0b1c7f6e', `${BUILDX}x`, `x${BUILDX}`])(
  'no builder is called %s',
  (builder) => {
    expect(problemsOf({ ...TAGS, builder })).toEqual([
      { input: 'builder', value: builder, problem: containing('auto, kaniko, buildkit') },
    ])
  },
)

test('a builder that another action made is told to be of no use, any other name is not', () => {
  expect(builderNotices(readerOf({ builder: BUILDX }))).toEqual([containing('setup-buildx-action')])
  for (const builder of ['', 'kaniko', 'buildkit', 'auto', 'nonsense'])
    expect(builderNotices(readerOf({ builder }))).toEqual([])
})

test('two builders are in the cluster', () => {
  const names = ['kaniko', 'buildkit', 'docker', 'buildah', 'podman', 'nerdctl'] as const
  expect(names.filter(isInCluster)).toEqual(['kaniko', 'buildkit'])
})

test.each<[string, GivenInputs, string]>([
  ['kaniko', {}, 'kaniko'],
  ['kaniko', { builder: 'auto' }, 'kaniko'],
  ['kaniko', { builder: BUILDX }, 'kaniko'],
  ['buildkit', { builder: 'buildkit', 'allow-privileged': 'true' }, 'moby/buildkit'],
])('the request is for %s', (builder, inputs, image) => {
  expect(requestOf({ ...TAGS, ...inputs })).toMatchObject({ builder, executor: containing(image) })
})

test('with a name that no builder has, what every builder would refuse is told as well', () => {
  const inputs: GivenInputs = { builder: 'remote', tags: 'UPPER', timeout: 'soon', ssh: 'default' }
  const read = readChoice((name) => inputs[name], {})
  const told = read.kind === 'problems' ? read.problems.map(({ input }) => input) : []
  // Of those in the cluster one takes `ssh`.
  expect([...told].sort()).toEqual(['builder', 'tags', 'timeout'])
})
