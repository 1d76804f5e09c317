import { cancelled } from '../../src/failure/ended-by-us.ts'
import type { BuildRecord } from '../../src/progress/build-record.ts'
import { dockerfileOf, failed, groundsOf, NOWHERE, recordOf, steps, WHERE } from './given.ts'

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

export const failingRun = groundsOf({
  ...SHOP_GROUNDS,
  outcome: failed({
    code: 'run-failed',
    headline: 'The instruction `RUN npm run lint && npm test && npm run build` failed with exit code 7.',
    place: { path: 'services/shop/Dockerfile', firstLine: 6, lastLine: 8 },
    details: [
      'waiting for process to exit: exit status 7',
      'RUN npm run lint \\',
      '    && npm test \\',
      '    && npm run build',
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
export const outOfMemory = groundsOf({
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

export const quota = groundsOf({
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

export const badInputs = groundsOf({
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

export const cancelledBuild = groundsOf({
  ...SHOP_GROUNDS,
  outcome: { kind: 'cancelled', failure: cancelled(), where: WHERE, record: undefined },
  seconds: 24.7,
  record: {
    ...shopRecord,
    steps: shopSteps.slice(0, 5).map((step) => ({ ...step, endedMs: Math.min(step.endedMs, 24_700) })),
    cache: { hits: 2, misses: 1, firstMiss: shopSteps[4], lastHitBefore: shopSteps[3] },
  },
})
