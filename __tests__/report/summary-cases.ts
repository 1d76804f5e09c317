import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { cancelled } from '../../src/failure/ended-by-us.ts'
import type { BuildRecord } from '../../src/progress/build-record.ts'
import type { SummaryGrounds } from '../../src/report/summary.ts'
import { built, failed, groundsOf, NOWHERE, recordOf, steps, WHERE } from './given.ts'
import type { Told } from './given.ts'
import { hostileCase } from './hostile.ts'

/** The Dockerfile of a recorded build, with an address that means something to people. */
function dockerfileOf(recording: string): string {
  const file = join(import.meta.dirname, '../../lab/recordings', recording, 'Dockerfile')
  return readFileSync(file, 'utf8').replaceAll('10.244.0.1:5000', 'registry.example.com')
}

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
  digestConfirmation: { kind: 'confirmed' },
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
  digestConfirmation: { kind: 'unconfirmed', why: 'the registry lets these credentials push, not read' },
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

const SHOP = `FROM node:24-alpine AS build
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run lint \\
    && npm test \\
    && npm run build

FROM nginx:1.29-alpine
COPY --from=build /app/dist /usr/share/nginx/html
`

const shopSteps = steps('services/shop/Dockerfile', 2.6, [
  { kind: 'prepare', title: 'prepare', seconds: 1.4 },
  { kind: 'base', title: '[build 1/6] FROM node:24-alpine AS build', seconds: 2.9, lines: [1] },
  { title: '[build 2/6] WORKDIR /app', seconds: 0.1, cache: 'hit', lines: [2] },
  { title: '[build 3/6] COPY package*.json ./', seconds: 0.2, cache: 'hit', lines: [3] },
  { title: '[build 4/6] RUN npm ci', seconds: 38.2, cache: 'miss', lines: [4] },
  { title: '[build 5/6] COPY . .', seconds: 0.4, cache: 'miss', lines: [5] },
  {
    title: '[build 6/6] RUN npm run lint && npm test && npm run build',
    seconds: 21.3,
    cache: 'miss',
    lines: [6, 8],
  },
])

const shopRecord: BuildRecord = recordOf({
  phases: [
    { title: 'schedule', beganMs: 0, endedMs: 320 },
    { title: 'pull the executor', beganMs: 320, endedMs: 1900 },
    { title: 'start', beganMs: 1900, endedMs: 2600 },
  ],
  steps: shopSteps,
  cache: { hits: 2, misses: 3, firstMiss: shopSteps[4], lastHitBefore: shopSteps[3] },
})

const SHOP_GROUNDS = {
  name: 'shop',
  destinations: ['ghcr.io/acme/shop:ci-8821'],
  dockerfile: SHOP,
  path: 'services/shop/Dockerfile',
  inputs: new Map([
    ['context', 'services/shop'],
    ['tags', 'ghcr.io/acme/shop:ci-8821'],
  ]),
} as const

const failingRun = groundsOf({
  ...SHOP_GROUNDS,
  outcome: failed({
    code: 'run-failed',
    headline: 'The instruction `RUN npm run lint && npm test && npm run build` failed with exit code 7.',
    place: { path: 'services/shop/Dockerfile', firstLine: 6, lastLine: 8 },
    details: [
      'waiting for process to exit: exit status 7',
      'last lines',
      '| > shop@1.4.2 test',
      '| > jest',
      '| ',
      '| \u001b[31mFAIL\u001b[39m src/cart.test.ts',
      '|   ● the cart › adds up',
      '| ',
      '|     expect(received).toBe(expected)',
      '| ',
      '|     Expected: 3',
      '|     Received: 4',
    ],
    cures: ['mend what the instruction runs; it fails the same way wherever it is built'],
  }),
  seconds: 67.3,
  record: shopRecord,
  logPath: '_temp/hybrid-kubernetes-build/shop-5f2ca.log',
  diagnosticsPath: '_temp/hybrid-kubernetes-build/shop-5f2ca',
})

/** lab/recordings/oom-run, under cgroup v2's words */
const outOfMemory = groundsOf({
  outcome: failed({
    code: 'out-of-memory',
    headline:
      'Memory ran out during `RUN head -c 400000000 /dev/zero | tail`: the kernel ended the build at its limit of 256Mi.',
    place: { path: 'Dockerfile', firstLine: 2, lastLine: 2 },
    details: [],
    cures: ['raise limits.memory in `resources`', 'build with fewer parallel jobs'],
  }),
  seconds: 5.1,
  record: recordOf({
    steps: steps('Dockerfile', 1.1, [
      { kind: 'prepare', title: 'prepare', seconds: 0.027 },
      {
        kind: 'base',
        title: '[stage-0 1/2] FROM registry.example.com/library/busybox:latest',
        seconds: 0.067,
        lines: [1],
      },
      { title: '[stage-0 2/2] RUN head -c 400000000 /dev/zero | tail', seconds: 3.64, lines: [2] },
    ]),
  }),
  dockerfile: dockerfileOf('oom-run'),
})

const quota = groundsOf({
  outcome: failed(
    {
      code: 'quota',
      headline: 'The quota of the namespace "image-builds" has no room for the build.',
      details: [
        'pods "multi-5f2ca-x7k2p" is forbidden: exceeded quota: compute, requested: requests.memory=1Gi, used: requests.memory=7Gi, limited: requests.memory=8Gi',
      ],
      cures: [
        'lower `resources`, wait for other builds, or have the quota raised',
        'kubectl -n image-builds describe quota compute',
      ],
    },
    { ...WHERE, namespace: 'image-builds', node: undefined, platform: undefined },
  ),
  seconds: 30.4,
  record: recordOf({ phases: [{ title: 'wait for quota to be free', beganMs: 40, endedMs: 30_400 }] }),
})

const badInputs = groundsOf({
  outcome: failed(
    {
      code: 'input',
      headline: '3 inputs need attention.',
      details: [
        'tags        "Acme/App:1": a repository name is lower case (acme/app:1)',
        'resources   "2GB": not a Kubernetes quantity; did you mean 2Gi or 2G?',
        'push        "yse": not a boolean; write true or false',
      ],
      cures: ['mend the inputs that are named'],
    },
    NOWHERE,
  ),
  executor: undefined,
  cluster: undefined,
  destinations: [],
  inputs: new Map([
    ['tags', 'Acme/App:1'],
    ['push', 'yse'],
  ]),
})

const cancelledBuild = groundsOf({
  ...SHOP_GROUNDS,
  outcome: { kind: 'cancelled', failure: cancelled(), where: WHERE },
  seconds: 24.7,
  record: {
    ...shopRecord,
    steps: shopSteps.slice(0, 5).map((step) => ({ ...step, endedMs: Math.min(step.endedMs, 24_700) })),
    cache: undefined,
  },
})

/** Each summary that is kept as a file, by the file's name. */
export const CASES: Readonly<Record<string, SummaryGrounds>> = {
  'multi-stage': multiStage,
  'fully-cached': fullyCached,
  warnings,
  'failing-run': failingRun,
  'out-of-memory': outOfMemory,
  quota,
  'bad-inputs': badInputs,
  cancelled: cancelledBuild,
  hostile: hostileCase(),
}
