import { readBuildkitEnd } from '../../src/failure/buildkit-end.ts'
import type { FailureCode } from '../../src/failure/failure.ts'
import type { BuildkitLast } from '../../src/progress/buildkit-progress.ts'

const NOTHING: BuildkitLast = { words: [], failed: undefined, current: undefined, output: [] }
const SOLVE = 'error: failed to solve: '

const failedAt = (name: string, error: string, output: readonly string[] = []): BuildkitLast => ({
  ...NOTHING,
  words: [`${SOLVE}${error}`],
  failed: { name, error, output },
})

describe('the client’s last words', () => {
  test.each<[FailureCode, string, string]>([
    ['run-failed', '[2/2] RUN x', 'process "/bin/sh -c x" did not complete successfully: exit code: 137'],
    [
      'run-failed',
      '[2/2] RUN x',
      'process "/bin/sh -c echo no space left on device; cannot allocate memory" did not complete successfully: exit code: 1',
    ],
    ['disk-full', '[1/2] FROM a', 'write /x: no space left on device'],
    ['disk-full', '[2/2] COPY a /', 'failed to copy files: disk quota exceeded'],
    ['out-of-memory', '[2/2] RUN x', 'fork/exec /bin/x: cannot allocate memory'],
    ['target-missing', '', 'target stage "x" could not be found'],
    ['dockerfile-missing', '', 'failed to read dockerfile: open Dockerfile: no such file or directory'],
    ['dockerfile-syntax', '', 'dockerfile parse error on line 3: unknown instruction: X'],
    ['dockerfile-syntax', '', 'the Dockerfile cannot be empty'],
    ['dockerfile-syntax', '', 'circular dependency detected on stage: a'],
    ['user-namespace', '[1/2] FROM a', 'failed to Lchown "/x" for UID 70000: lchown /x: invalid argument'],
    ['input', '[2/2] RUN x', 'secret npm: not found'],
    ['input', '[2/2] RUN x', 'unset ssh forward key default'],
    ['copy-source-missing', '[2/2] COPY a /', 'failed to calculate checksum of ref x::y: "/a": not found'],
    ['copy-source-missing', '[2/2] ADD a /', 'lstat /a: no such file or directory'],
    [
      'copy-source-missing',
      '[2/2] ADD https://x/y /',
      'failed to load cache key: Get "https://x/y": no such host',
    ],
    [
      'base-image-missing',
      '[internal] load metadata for r/a:1',
      'r/a:1: failed to resolve source metadata for r/a:1: r/a:1: not found',
    ],
    ['base-image-missing', '[1/2] FROM r/a:1', 'no match for platform in manifest: not found'],
    [
      'base-image-denied',
      '[internal] load metadata for r/a:1',
      'pull access denied, repository does not exist',
    ],
    [
      'base-image-denied',
      '[internal] load metadata for r/a:1',
      'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://r/token: 401 Unauthorized',
    ],
    [
      'push-denied',
      'exporting to image',
      'failed to push r/a:1: unexpected status from POST request to https://r/v2: 403 Forbidden',
    ],
    [
      'push-unreachable',
      'exporting to image',
      'failed to push r/a:1: failed to do request: Head "https://r": dial tcp: i/o timeout',
    ],
    [
      'push-immutable',
      'exporting to image',
      "failed to push r/a:1: The image tag '1' already exists and cannot be overwritten",
    ],
    [
      'context-denied',
      '[internal] load git source https://x',
      'failed to fetch remote https://x: fatal: Authentication failed',
    ],
    [
      'context-missing',
      '[internal] load git source https://x',
      'failed to fetch remote https://x: exit status 128',
    ],
    ['run-failed', '[2/2] RUN x', 'something that no version said before'],
  ])('say %s: at %s: %s', (code, name, error) => {
    expect(readBuildkitEnd(failedAt(name, error), 1)).toMatchObject({ code })
    // Where the client said no more, the vertex did.
    expect(readBuildkitEnd({ ...failedAt(name, error), words: [] }, 1)).toMatchObject({ code })
  })

  test('are told without those who passed them on', () => {
    const error = 'failed to compute cache key: failed to calculate checksum of ref a::b: "/x": not found'
    expect(readBuildkitEnd(failedAt('[2/2] COPY x /', error), 1).reason).toBe('"/x": not found')
    const remote = 'rpc error: code = Unknown desc = dockerfile parse error on line 1: x'
    expect(readBuildkitEnd(failedAt('', remote), 1).reason).toBe('dockerfile parse error on line 1: x')
  })

  test('may have several lines, of which some begin as the first does', () => {
    const words = [
      'a warning',
      `${SOLVE}failed to fetch remote https://x: git stderr:`,
      'error: RPC failed',
      'fatal: x',
    ]
    const end = readBuildkitEnd({ ...NOTHING, words }, 1)
    expect(end.code).toBe('context-missing')
    expect(end.reason).toBe('failed to fetch remote https://x: git stderr:\nerror: RPC failed\nfatal: x')
  })

  test('begin where it says that it failed to solve, and not where that is quoted', () => {
    const words = ['error: of something else', `${SOLVE}failed to fetch remote https://x:`, `${SOLVE}quoted`]
    expect(readBuildkitEnd({ ...NOTHING, words }, 1).reason).toBe(
      `failed to fetch remote https://x:\n${SOLVE}quoted`,
    )
  })

  test('need not be of a build', () => {
    expect(readBuildkitEnd({ ...NOTHING, words: ['error: listing workers: x'] }, 1)).toMatchObject({
      code: 'run-failed',
      reason: 'listing workers: x',
      phase: 'unknown',
    })
  })
})

describe('the line that is named', () => {
  const lineOf = (...words: readonly string[]) => readBuildkitEnd({ ...NOTHING, words }, 1).line
  const RULE = '-'.repeat(20)

  test.each<[string, readonly string[], number | undefined]>([
    ['stands above what is quoted', ['Dockerfile:3', RULE, '   3 | >>> RUN x', RULE, `${SOLVE}x`], 3],
    ['is of any file', ['sub/app.Dockerfile:12', RULE, '  12 | >>> RUN x', RULE], 12],
    [
      'is not the end of what is quoted',
      ['Dockerfile:1', RULE, '   1 | >>> RUN x', '   2 |     EXPOSE 80:81', RULE],
      1,
    ],
    [
      'is the last of several',
      ['Dockerfile:1', RULE, '   1 | x', RULE, 'Dockerfile:7', RULE, '   7 | x:9', RULE],
      7,
    ],
    ['needs something quoted', ['Dockerfile:3', `${SOLVE}x`], undefined],
    ['is a line', ['Dockerfile:0', RULE], undefined],
    ['is a number', ['Dockerfile:999999999999999999999', RULE], undefined],
    ['is not there without words', [], undefined],
  ])('%s', (_, words, line) => {
    expect(lineOf(...words)).toBe(line)
  })
})

describe('where it was', () => {
  test.each<[string, object]>([
    ['[build 2/3] RUN x', { phase: 'instruction', instruction: 'RUN x', image: undefined, output: ['last'] }],
    ['[linux/amd64 build  2/13] RUN x', { phase: 'instruction', instruction: 'RUN x', output: ['last'] }],
    [
      '[1/3] FROM r/a:1@sha256:aa',
      { phase: 'base-image', instruction: undefined, image: 'r/a:1@sha256:aa', output: [] },
    ],
    ['[internal] load metadata for r/a:1', { phase: 'base-image', image: 'r/a:1', output: [] }],
    ['resolve image config for docker-image://r/x:1', { phase: 'base-image', image: 'r/x:1', output: [] }],
    ['exporting to image', { phase: 'pushing', instruction: undefined, output: [] }],
    ['[internal] load build context', { phase: 'unknown', instruction: undefined, output: [] }],
  ])('%s', (name, expected) => {
    expect(readBuildkitEnd({ ...NOTHING, failed: { name, error: 'x', output: ['last'] } }, 1)).toMatchObject(
      expected,
    )
    expect(readBuildkitEnd({ ...NOTHING, current: name, output: ['last'] }, 137)).toMatchObject(expected)
  })

  test('is what failed, not what else was under way', () => {
    const last = { ...failedAt('[2/2] RUN x', 'x', ['of x']), current: '[b 1/1] RUN y', output: ['of y'] }
    expect(readBuildkitEnd(last, 1)).toMatchObject({ instruction: 'RUN x', output: ['of x'] })
  })
})

describe('without a word', () => {
  test.each<[number | undefined, FailureCode]>([
    [137, 'out-of-memory'],
    [143, 'evicted'],
    [1, 'run-failed'],
    [undefined, 'run-failed'],
  ])('exit code %s says %s', (exitCode, code) => {
    expect(readBuildkitEnd(NOTHING, exitCode)).toMatchObject({ code, reason: '' })
  })
})

describe('the script', () => {
  test.each<[number, FailureCode, string]>([
    [70, 'executor-invalid', 'could not connect to the daemon'],
    [71, 'context-broken', 'the context did not arrive whole'],
    [72, 'user-namespace', 'this pod is privileged and has no user namespace'],
    [126, 'executor-invalid', 'sh: buildctl: Permission denied'],
    [127, 'executor-invalid', 'sh: buildkitd: not found'],
  ])('that ends with %s says %s', (exitCode, code, said) => {
    expect(readBuildkitEnd({ ...NOTHING, words: ['before', said] }, exitCode)).toMatchObject({
      code,
      reason: said,
      output: ['before'],
    })
    expect(readBuildkitEnd(NOTHING, exitCode)).toMatchObject({ code, reason: '', output: [] })
  })

  test('that ends with 1 has passed on what the client ended with', () => {
    const words = ['the context did not arrive whole', `${SOLVE}target stage "x" could not be found`]
    expect(readBuildkitEnd({ ...NOTHING, words }, 1).code).toBe('target-missing')
  })
})

describe('a daemon that has died under a build', () => {
  const LOG = ['buildkitd: time="x" level=info msg="running server"', 'buildkitd: fatal error: out of memory']
  const at = { failed: undefined, current: '[2/2] RUN x', output: ['of x'] }

  test.each([
    `${SOLVE}rpc error: code = Unavailable desc = error reading from server: EOF`,
    'error: failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF',
    'error: failed to receive status: rpc error: code = Unavailable desc = closing transport due to: connection error: desc = "error reading from server: EOF", received prior goaway',
    `${SOLVE}rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /state/run/buildkitd.sock: connect: connection refused"`,
    `${SOLVE}EOF`,
  ])('is told as such: %s', (said) => {
    const died = readBuildkitEnd({ ...at, words: [said, ...LOG] }, 1)
    expect(died).toMatchObject({ code: 'executor-invalid', phase: 'instruction' })
    expect(died.reason).not.toContain('buildkitd: ')
    expect(died.output).toEqual(LOG.map((line) => line.replace('buildkitd: ', '')))
    expect(readBuildkitEnd({ ...at, words: [said] }, 1)).toMatchObject({
      code: 'executor-invalid',
      output: ['of x'],
    })
  })

  test('is no matter where a process or a registry says so', () => {
    const exit = `${SOLVE}process "/bin/sh -c echo EOF" did not complete successfully: exit code: 1`
    expect(readBuildkitEnd({ ...at, words: [exit, ...LOG] }, 1)).toMatchObject({
      code: 'run-failed',
      reason: exit.slice(SOLVE.length),
    })
    const error =
      'failed to do request: Head "https://r/v2": dial tcp 10.0.0.1:443: connect: connection refused'
    expect(readBuildkitEnd(failedAt('[1/2] FROM r/a:1', error), 1).code).toBe('base-image-missing')
  })
})

describe('what a RUN prints', () => {
  const RUN = '[2/2] RUN x'
  const EXIT = 'process "/bin/sh -c x" did not complete successfully: exit code: 1'
  const RUNC =
    'runc run failed: unable to start container process: error during container init: exec: "/bin/sh": stat /bin/sh: no such file or directory'

  test.each([
    `${SOLVE}failed to push r/a:1: UNAUTHORIZED`,
    'error: no space left on device',
    'Dockerfile:7',
    '{"vertexes":[{"error":"no space left on device"}]}',
  ])('decides nothing: %s', (line) => {
    expect(readBuildkitEnd(failedAt(RUN, EXIT, [line, '-'.repeat(20)]), 1)).toEqual({
      code: 'run-failed',
      reason: EXIT,
      line: undefined,
      phase: 'instruction',
      instruction: 'RUN x',
      image: undefined,
      output: [line, '-'.repeat(20)],
    })
  })

  test('is nothing where it cannot be started: then the runtime says so', () => {
    expect(readBuildkitEnd(failedAt(RUN, EXIT, [RUNC, '']), 1)).toMatchObject({
      code: 'no-shell',
      reason: 'exec: "/bin/sh": stat /bin/sh: no such file or directory',
      output: [],
    })
    const missing =
      'runc run failed: unable to start container process: exec: "x": executable file not found in $PATH'
    expect(readBuildkitEnd(failedAt(RUN, EXIT, [missing]), 1)).toMatchObject({ code: 'no-shell' })
  })

  test('is its own where it runs a runtime itself', () => {
    expect(readBuildkitEnd(failedAt(RUN, EXIT, ['in a container:', RUNC]), 1).code).toBe('run-failed')
    expect(readBuildkitEnd(failedAt(RUN, EXIT, [RUNC, 'so much for that']), 1).code).toBe('run-failed')
    expect(readBuildkitEnd(failedAt(RUN, 'write /x: no space left on device', [RUNC]), 1).code).toBe(
      'disk-full',
    )
  })
})
