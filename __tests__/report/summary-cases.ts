import type { BuildOutcome } from '../../src/builders/builder.ts'
import type { SummaryGrounds } from '../../src/report/summary.ts'
import { built, dockerfileOf, groundsOf, recordOf, steps } from './given.ts'
import type { Told } from './given.ts'
import { hostileCase } from './hostile.ts'
import { badInputs, cancelledBuild, failingRun, outOfMemory, quota } from './summary-failures.ts'

const BUILD = '[build 3/5] RUN echo "building $VERSION" && sleep 1 && echo out > /out && seq 1 20'
const LAST = '[stage-2 3/6] RUN adduser_missing=1; echo two lines; head -c 3000000 /dev/zero > /app/zero'

/** lab/recordings/multi-stage-cold, whose times these are; a cold build of three stages. */
const COLD: readonly Told[] = [
  { kind: 'prepare', title: 'prepare', seconds: 0.065 },
  {
    kind: 'base',
    title: '[build 1/5] FROM registry.example.com/library/busybox:latest AS build',
    seconds: 0.085,
    lines: [3],
  },
  { title: '[build 2/5] ARG VERSION', seconds: 0.001, lines: [4] },
  { title: '[build 3/5] WORKDIR /src', seconds: 0.006, cache: 'miss', lines: [5] },
  { title: '[build 4/5] COPY . .', seconds: 0.012, lines: [6] },
  { title: BUILD, seconds: 1.459, cache: 'miss', lines: [7] },
  {
    title: '[build 5/5] RUN --mount=type=secret,id=token cat /run/secrets/token | wc -c',
    seconds: 0.116,
    cache: 'miss',
    lines: [8],
  },
  { kind: 'finish', title: 'keep files for later stages', seconds: 0.018 },
  {
    kind: 'base',
    title: '[stage-2 1/6] FROM registry.example.com/library/busybox:latest',
    seconds: 0.076,
    lines: [14],
  },
  { title: '[stage-2 2/6] LABEL org.opencontainers.image.title=multi', seconds: 0.002, lines: [15] },
  { title: '[stage-2 3/6] COPY --from=build /out /app/out', seconds: 0.004, lines: [16] },
  { title: LAST, seconds: 0.077, cache: 'miss', lines: [17, 20] },
  { title: '[stage-2 5/6] USER 1000', seconds: 0.002, lines: [21] },
  { title: '[stage-2 6/6] ENTRYPOINT ["cat"]', seconds: 0.008, lines: [22] },
  { title: '[stage-2 6/6] CMD ["/app/out"]', seconds: 0.057, lines: [23] },
  { kind: 'push', title: 'push registry.example.com/shop/multi:1', seconds: 0.11 },
]

const cold = steps('Dockerfile', 1.1, COLD)

const INPUTS = new Map([
  ['kubeconfig', 'apiVersion: v1\nkind: Config\n…'],
  ['tags', 'registry.example.com/shop/multi:1\nregistry.example.com/shop/multi:latest'],
  ['build-args', 'VERSION=2.0\nNPM_TOKEN=abcdef'],
  ['cache-ttl', '24h'],
  ['resources', 'requests: { cpu: 2, memory: 4Gi }\nlimits: { cpu: 4, memory: 8Gi }'],
  ['timeout', '30m'],
])

const multiStage = groundsOf({
  outcome: built,
  seconds: 3.31,
  destinations: ['registry.example.com/shop/multi:1', 'registry.example.com/shop/multi:latest'],
  record: recordOf({
    steps: cold,
    cache: { hits: 0, misses: 4, firstMiss: cold[3], lastHitBefore: undefined },
  }),
  imageBytes: 2_214_000,
  confirmation: { kind: 'confirmed' },
  dockerfile: dockerfileOf('multi-stage-cold'),
  inputs: INPUTS,
})

/** lab/recordings/multi-stage-warm */
const fullyCached = groundsOf({
  outcome: built,
  seconds: 2.48,
  record: recordOf({
    steps: steps('Dockerfile', 1.1, [
      { kind: 'prepare', title: 'prepare', seconds: 0.063 },
      {
        kind: 'base',
        title: '[build 1/5] FROM registry.example.com/library/busybox:latest AS build',
        seconds: 0.043,
        lines: [3],
      },
      { title: '[build 2/5] ARG VERSION', seconds: 0.001, lines: [4] },
      { title: '[build 3/5] WORKDIR /src', seconds: 0.016, cache: 'hit', lines: [5] },
      { title: '[build 4/5] COPY . .', seconds: 0.003, lines: [6] },
      { title: BUILD, seconds: 0.307, cache: 'hit', lines: [7] },
      {
        title: '[build 5/5] RUN --mount=type=secret,id=token cat /run/secrets/token | wc -c',
        seconds: 0.121,
        cache: 'hit',
        lines: [8],
      },
      {
        kind: 'base',
        title: '[stage-2 1/6] FROM registry.example.com/library/busybox:latest',
        seconds: 0.063,
        lines: [14],
      },
      { title: LAST, seconds: 0.11, cache: 'hit', lines: [17, 20] },
      { title: '[stage-2 5/6] USER 1000', seconds: 0.001, lines: [21] },
      { kind: 'push', title: 'push registry.example.com/shop/multi:1', seconds: 0.105 },
    ]),
    cache: { hits: 4, misses: 0, firstMiss: undefined, lastHitBefore: undefined },
  }),
  confirmation: { kind: 'unconfirmed', why: 'the registry lets these credentials push, not read' },
  dockerfile: dockerfileOf('multi-stage-cold'),
})

/** lab/recordings/lint-warnings */
const warnings = groundsOf({
  outcome: built,
  seconds: 1.62,
  destinations: [],
  name: 'lint',
  record: recordOf({
    steps: steps('services/lint/Dockerfile', 1.1, [
      { kind: 'prepare', title: 'prepare', seconds: 0.023 },
      {
        kind: 'base',
        title: '[build 1/6] FROM registry.example.com/library/busybox:latest as Build',
        seconds: 0.069,
        lines: [1],
      },
      { title: '[build 4/6] RUN cd /tmp', seconds: 0.162, lines: [4] },
      { title: '[build 6/6] RUN --network=none echo x', seconds: 0.005, lines: [7] },
      { kind: 'finish', title: 'write the image', seconds: 0.03 },
    ]),
    warnings: [
      {
        kind: 'lint',
        title: 'StageNameCasing',
        text: "Stage name 'Build' should be lowercase",
        place: { path: 'services/lint/Dockerfile', firstLine: 1, lastLine: 1 },
      },
      {
        kind: 'lint',
        title: 'MaintainerDeprecated',
        text: 'Maintainer instruction is deprecated in favor of using label',
        place: { path: 'services/lint/Dockerfile', firstLine: 2, lastLine: 2 },
      },
      {
        kind: 'ignored',
        title: 'not supported by Kaniko',
        text: 'Kaniko ignores `--network` in RUN',
        place: { path: 'services/lint/Dockerfile', firstLine: 7, lastLine: 7 },
      },
      {
        kind: 'cache',
        title: 'cache not written',
        text: 'registry.example.com/shop/lint/cache does not let the build push: the next build does all of it again.',
        place: undefined,
      },
    ],
  }),
  inputs: new Map([
    ['push', 'false'],
    ['context', 'services/lint'],
  ]),
})

const skipped: SummaryGrounds = {
  ...fullyCached,
  report: {
    ...fullyCached.report,
    logPath: undefined,
    durationSeconds: undefined,
    outcome: {
      ...fullyCached.report.outcome,
      isSkipped: true,
      confirmation: { kind: 'confirmed' },
      where: { namespace: undefined, job: undefined, node: undefined, platform: undefined },
      record: undefined,
    } as BuildOutcome,
  },
}

/** Each summary that is kept as a file, by the file's name. */
export const CASES: Readonly<Record<string, SummaryGrounds>> = {
  'multi-stage': multiStage,
  'fully-cached': fullyCached,
  skipped,
  warnings,
  'failing-run': failingRun,
  'out-of-memory': outOfMemory,
  quota,
  'bad-inputs': badInputs,
  cancelled: cancelledBuild,
  hostile: hostileCase(),
}
