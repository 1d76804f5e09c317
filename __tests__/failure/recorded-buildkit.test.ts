import { readBuildkitEnd } from '../../src/failure/buildkit-end.ts'
import { diagnoseEnd } from '../../src/failure/diagnose-end.ts'
import type { Failure } from '../../src/failure/failure.ts'
import type { Place } from '../../src/progress/build-record.ts'
import {
  buildkitLog,
  buildkitRecordings,
  reading,
  readWhole,
  recordedSource,
} from '../support/buildkit-lines.ts'
import type { Reading } from '../support/buildkit-lines.ts'
import { endedBuild, planOf, podIn, snapshotOf } from './given.ts'

/** What the recorded build was to push, if it came so far. */
const destinations = (name: string): readonly string[] =>
  name === 'push-unreachable' ? ['10.233.0.1:5999/x/y:1'] : ['10.233.0.1:5443/x/y:1']

const at = (line: number): Place => ({ path: 'app/Dockerfile', firstLine: line, lastLine: line })

/** Why it made no image, of a container that ended so. */
function failureOf(name: string, { progress }: Reading, exitCode = 1): Failure {
  const plan = planOf(recordedSource(name), {
    kind: 'buildkit',
    executor: 'example.com/buildkit:v1',
    destinations: destinations(name),
  })
  return diagnoseEnd({
    ...endedBuild(snapshotOf(podIn({ terminated: { exitCode } }))),
    plan,
    step: progress.step,
    ending: (code) => readBuildkitEnd(progress.last, code),
  })
}

const whole = (name: string): Reading =>
  readWhole(recordedSource(name), buildkitLog(name), { destinations: destinations(name) })

/** What every recorded build that made no image is told as; the others ended with exit code 0. */
const FAILURES: Readonly<Record<string, Failure>> = {
  'add-url': {
    code: 'copy-source-missing',
    headline: 'http://10.233.0.1:5999/x, which app/Dockerfile:2 adds, cannot be fetched from the build pod.',
    place: at(2),
    details: [
      'ADD http://10.233.0.1:5999/x /x',
      '',
      'failed to load cache key: Get "http://10.233.0.1:5999/x": dial tcp 10.233.0.1:5999: connect: connection refused',
    ],
    cures: ['look at the address, and whether pods of the cluster may reach that server'],
  },
  'base-denied': {
    code: 'base-image-missing',
    headline:
      'The base image 10.233.0.1:5443/probe/busybox:latest, which app/Dockerfile:1 names, cannot be read: its registry cannot be reached from the build pod.',
    place: at(1),
    details: [
      'FROM 10.233.0.1:5443/probe/busybox',
      '',
      '10.233.0.1:5443/probe/busybox: failed to resolve source metadata for 10.233.0.1:5443/probe/busybox:latest: failed to do request: Head "https://10.233.0.1:5443/v2/probe/busybox/manifests/latest": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    ],
    cures: [
      'pods may have another network than the runner: name a mirror that they reach in `registry-mirror`',
      'a registry that speaks plain HTTP is named in `insecure-registries`',
      'the certificate of a private authority is given in `registry-certificates`',
    ],
  },
  'base-missing': {
    code: 'base-image-missing',
    headline:
      'The base image 10.233.0.1:5000/library/nothing:1, which app/Dockerfile:1 names, cannot be found in its registry.',
    place: at(1),
    details: [
      'FROM 10.233.0.1:5000/library/nothing:1',
      '',
      '10.233.0.1:5000/library/nothing:1: failed to resolve source metadata for 10.233.0.1:5000/library/nothing:1: 10.233.0.1:5000/library/nothing:1: not found',
    ],
    cures: ['look at the name and the tag, and at `registry-mirror`'],
  },
  'base-unreachable': {
    code: 'base-image-missing',
    headline:
      'The base image 10.233.0.1:5999/library/x:1, which app/Dockerfile:1 names, cannot be read: its registry cannot be reached from the build pod.',
    place: at(1),
    details: [
      'FROM 10.233.0.1:5999/library/x:1',
      '',
      '10.233.0.1:5999/library/x:1: failed to resolve source metadata for 10.233.0.1:5999/library/x:1: failed to do request: Head "https://10.233.0.1:5999/v2/library/x/manifests/1": dial tcp 10.233.0.1:5999: connect: connection refused',
    ],
    cures: [
      'pods may have another network than the runner: name a mirror that they reach in `registry-mirror`',
      'a registry that speaks plain HTTP is named in `insecure-registries`',
    ],
  },
  chown: {
    code: 'user-namespace',
    headline:
      "A file's owner cannot exist in the pod's user namespace, during the instruction at app/Dockerfile:2.",
    place: at(2),
    details: [
      'COPY --chown=70000:70000 Dockerfile /x',
      '',
      'failed to copy file info: failed to chown /buildkit/state/buildkit/runc-overlayfs/cachemounts/buildkit3579492951/x: lchown /x: invalid argument',
    ],
    cures: ['ids above 65535 need `user-namespace: false`'],
  },
  'copy-missing': {
    code: 'copy-source-missing',
    headline: '"nothing.txt", which app/Dockerfile:2 copies, is not in the context.',
    place: at(2),
    details: ['COPY nothing.txt /x'],
    cures: [
      'look at the path: it is relative to `context`, not to the Dockerfile, and case counts',
      'look whether an earlier step was to make it',
    ],
  },
  'copy-missing-stage': {
    code: 'copy-source-missing',
    headline: '"/nothing", which app/Dockerfile:4 copies, is not in the stage it is copied from.',
    place: at(4),
    details: ['COPY --from=a /nothing /x'],
    cures: ['look at the path after --from: it is where that stage puts the file'],
  },
  'disk-full': {
    code: 'run-failed',
    headline: 'The instruction at app/Dockerfile:2 failed with exit code 1.',
    place: at(2),
    details: [
      'RUN dd if=/dev/zero of=/dev/shm/x bs=1M count=100; dd if=/dev/zero of=/y bs=1M count=2 && echo "no space left on device" >&2 && exit 1',
      '',
      'last lines',
      "| dd: error writing '/dev/shm/x': No space left on device",
      '| 65+0 records in',
      '| 64+0 records out',
      '| 2+0 records in',
      '| 2+0 records out',
      '| no space left on device',
    ],
    cures: ['mend what the instruction runs; it fails the same way wherever it is built'],
  },
  empty: {
    code: 'dockerfile-syntax',
    headline: 'The Dockerfile app/Dockerfile cannot be used.',
    place: undefined,
    details: ['the Dockerfile cannot be empty'],
    cures: ['mend what is quoted above'],
  },
  'exec-missing': {
    code: 'no-shell',
    headline: 'The image has no /nothing to run the instruction at app/Dockerfile:2 with.',
    place: at(2),
    details: ['RUN ["/nothing", "a"]', '', 'exec: "/nothing": stat /nothing: no such file or directory'],
    cures: [
      'use a base image with a shell for this stage, or the exec form: RUN ["/program", "argument"]',
      'a program that is there and is not found is made for another platform or needs a loader that is not there',
    ],
  },
  exit127: {
    code: 'run-failed',
    headline: 'The instruction at app/Dockerfile:2 failed with exit code 127.',
    place: at(2),
    details: ['RUN nothing-there --flag', '', 'last lines', '| /bin/sh: nothing-there: not found'],
    cures: ['exit code 127: the shell did not find a program; install it, or look at PATH'],
  },
  frontend: {
    code: 'base-image-missing',
    headline:
      'The frontend docker.io/docker/dockerfile:1.7, which app/Dockerfile:1 names, cannot be found in its registry.',
    place: at(1),
    details: [
      '# syntax=docker/dockerfile:1.7',
      '',
      'failed to resolve source metadata for docker.io/docker/dockerfile:1.7: docker.io/docker/dockerfile:1.7: not found',
    ],
    cures: ['look at the name and the tag, and at `registry-mirror`'],
  },
  'no-shell': {
    code: 'no-shell',
    headline: 'The image has no /bin/sh to run the instruction at app/Dockerfile:2 with.',
    place: at(2),
    details: ['RUN echo x', '', 'exec: "/bin/sh": stat /bin/sh: no such file or directory'],
    cures: [
      'use a base image with a shell for this stage, or the exec form: RUN ["/program", "argument"]',
      'a program that is there and is not found is made for another platform or needs a loader that is not there',
    ],
  },
  'push-denied': {
    code: 'push-denied',
    headline: 'The registry does not let the build push 10.233.0.1:5443/x/y:1.',
    place: undefined,
    details: [
      'failed to push 10.233.0.1:5443/x/y:1: unexpected status from HEAD request to https://10.233.0.1:5443/v2/x/y/blobs/sha256:67d28c183d2c62b02cb98c9e871e5b26cfeb632cf78bca84d3a39062d464a4e7: 401 Unauthorized',
    ],
    cures: [
      'the credentials must be allowed to write to that repository; they belong into `registries`',
      'docs/registries.md has an example for each kind of registry',
    ],
  },
  'push-unreachable': {
    code: 'push-unreachable',
    headline: 'The registry of 10.233.0.1:5999/x/y:1 cannot be reached from the build pod.',
    place: undefined,
    details: [
      'failed to push 10.233.0.1:5999/x/y:1: failed to do request: Head "https://10.233.0.1:5999/v2/x/y/blobs/sha256:87df7eb37b8372c1ef131af39f61b07c8c95074f108f789351d9c2dc92a51670": dial tcp 10.233.0.1:5999: connect: connection refused',
    ],
    cures: [
      'the address must be one that pods of the cluster reach: localhost is the pod itself',
      'a registry that speaks plain HTTP is named in `insecure-registries`',
    ],
  },
  'run-fails': {
    code: 'run-failed',
    headline: 'The instruction at app/Dockerfile:2 failed with exit code 3.',
    place: at(2),
    details: ['RUN echo before; echo to-stderr >&2; exit 3', '', 'last lines', '| to-stderr', '| before'],
    cures: ['mend what the instruction runs; it fails the same way wherever it is built'],
  },
  syntax: {
    code: 'dockerfile-syntax',
    headline: 'app/Dockerfile:3 cannot be parsed: unknown instruction: RNU (did you mean RUN?).',
    place: at(3),
    details: ['RNU echo no'],
    cures: ['mend that line; the Dockerfile reference: https://docs.docker.com/reference/dockerfile/'],
  },
  target: {
    code: 'target-missing',
    headline: 'app/Dockerfile has no stage "nope", which `target` names.',
    place: undefined,
    details: ['stages     build (line 1)'],
    cures: ['set `target` to a name that stands after AS in a FROM line, or leave it out for the last stage'],
  },
}

const BUILT = ['cache-denied', 'cached', 'lint', 'onbuild', 'parallel']

test('every recording is a case', () => {
  expect([...Object.keys(FAILURES), ...BUILT].sort()).toEqual(buildkitRecordings())
})

test.each(Object.keys(FAILURES))('%s', (name) => {
  expect(failureOf(name, whole(name))).toEqual(FAILURES[name])
})

test.each(Object.keys(FAILURES))('%s: while its log is still open the same is said', (name) => {
  const read = reading(recordedSource(name), { destinations: destinations(name) })
  read.take(...buildkitLog(name))
  expect(failureOf(name, read)).toEqual(FAILURES[name])
})

test.each(Object.keys(FAILURES))('%s: what failed is the last step, where it is one', (name) => {
  const read = whole(name)
  const { failed } = read.progress.last
  const title = read.record().steps.at(-1)?.title
  const isStep = failed !== undefined && /\d+\/\d+\]|^exporting to/.test(failed.name)
  expect(title).toBe(
    !isStep ? 'prepare' : failed.name.replace(/^exporting.*/, `push ${destinations(name).join('')}`),
  )
  expect(read.progress.step?.title).toBe(title)
})

test.each(BUILT)('%s: a build that ended well has not failed at anything', (name) => {
  expect(whole(name).progress.last).toMatchObject({ failed: undefined, words: [] })
})

test.each(['parallel', 'run-fails', 'copy-missing'])(
  '%s: killed at any moment, for want of memory as far as is known, at a step that was under way or was last',
  (name) => {
    const log = buildkitLog(name).filter(({ text }) => text.startsWith('{') && !text.includes('"error"'))
    for (let count = 1; count <= log.length; count++) {
      const read = readWhole(recordedSource(name), log.slice(0, count), { destinations: destinations(name) })
      const failure = failureOf(name, read, 137)
      expect(failure).toMatchObject({ code: 'out-of-memory', place: read.progress.step?.place })
      expect(failure.headline).toMatch(
        /^The executor was killed (?:during|while) .*; nearly always memory had run out\.$/,
      )
    }
  },
)
