import type { FailureCode } from '../../src/failure/failure.ts'
import { readKanikoEnd } from '../../src/failure/kaniko-end.ts'

const message = (msg: string) => JSON.stringify({ level: 'info', msg, time: '2026-01-01T00:00:00Z' })
const RUN = [
  message('RUN npm ci'),
  message('Taking snapshot of full filesystem...'),
  message('Running: [npm]'),
]
const STAGE = 'error building image: error building stage: '
const EXIT = `${STAGE}failed to execute command: waiting for process to exit: `
const HELP = ['Usage:', '  executor [flags]', '', 'Flags:', '      --force   Force building', '']

describe('the last line of a build', () => {
  test.each<[FailureCode, string]>([
    ['run-failed', `${EXIT}exit status 1`],
    ['run-failed', `${EXIT}exit status 127`],
    ['run-failed', `${EXIT}signal: segmentation fault`],
    ['run-failed', `${EXIT}exit status 137`],
    ['run-failed', `${EXIT}signal: killed`],
    [
      'out-of-memory',
      `${STAGE}failed to execute command: starting command: fork/exec /bin/sh: cannot allocate memory`,
    ],
    [
      'no-shell',
      `${STAGE}failed to execute command: starting command: fork/exec /bin/sh: no such file or directory`,
    ],
    [
      'no-shell',
      `${STAGE}failed to execute command: starting command: exec: "bash": executable file not found in $PATH`,
    ],
    [
      'run-failed',
      `${STAGE}failed to execute command: starting command: fork/exec /bin/sh: exec format error`,
    ],
    ['disk-full', `${STAGE}failed to take snapshot: write /kaniko/1.tar: no space left on device`],
    ['disk-full', `${STAGE}failed to get filesystem from image: write /x: no space left on device`],
    ['dockerfile-syntax', 'error building image: parsing dockerfile: file with no instructions'],
    ['dockerfile-syntax', 'error building image: dockerfile must contain at least one FROM instruction'],
    ['dockerfile-syntax', 'error building image: COPY --from=3 refers to a stage that does not exist'],
    ['dockerfile-syntax', `${STAGE}failed to execute command: invalid exposed port: x`],
    [
      'target-missing',
      'error building image: error finding target stage: "x" is not a valid target build stage',
    ],
    [
      'dockerfile-missing',
      'error building image: reading dockerfile at path /kaniko/Dockerfile: open: no such file',
    ],
    [
      'copy-source-missing',
      `${STAGE}failed to get files used from context: failed to get fileinfo for /kaniko/buildcontext/a b: lstat /kaniko/buildcontext/a b: no such file or directory`,
    ],
    [
      'copy-source-missing',
      `${STAGE}failed to execute command: downloading remote source file: Get "https://x/y": dial tcp: lookup x: no such host`,
    ],
    [
      'copy-source-missing',
      'error building image: could not save file: copying file: lstat /out: no such file or directory',
    ],
    ['user-namespace', `${STAGE}failed to get filesystem from image: chown /x: invalid argument`],
    [
      'base-image-missing',
      'error building image: unable to complete operation after 3 attempts, last error: GET https://index.docker.io/v2/a/b/manifests/1: MANIFEST_UNKNOWN: manifest unknown',
    ],
    [
      'base-image-missing',
      'error building image: GET https://r/v2/a/manifests/1: NAME_UNKNOWN: repository name not known to registry',
    ],
    ['base-image-missing', 'error building image: Get "https://r/v2/": dial tcp: lookup r: no such host'],
    [
      'base-image-missing',
      'error building image: Get "https://r/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    ],
    ['base-image-missing', 'error building image: no child with platform linux/s390x in index r/a:1'],
    [
      'base-image-denied',
      'error building image: GET https://r/v2/a/manifests/1: UNAUTHORIZED: authentication required',
    ],
    [
      'base-image-denied',
      'error building image: GET https://auth.docker.io/token?scope=x: unexpected status code 401 Unauthorized',
    ],
    [
      'base-image-denied',
      'error building image: GET https://index.docker.io/v2/library/a/manifests/1: TOOMANYREQUESTS: You have reached your pull rate limit',
    ],
    ['run-failed', `${STAGE}failed to get filesystem from image: open /x: permission denied`],
    [
      'push-denied',
      'error checking push permissions: checking push permission for "r/a:1": POST https://r/v2/a/blobs/uploads/: DENIED: permission_denied: write_package',
    ],
    [
      'push-denied',
      'error pushing image: failed to push to destination r/a:1: POST https://r/v2/a/blobs/uploads/: unexpected status code 403 Forbidden',
    ],
    [
      'push-unreachable',
      'error pushing image: failed to push to destination r/a:1: Put "https://r/v2/": i/o timeout',
    ],
    [
      'push-unreachable',
      'error pushing image: failed to push to destination r/a:1: PUT https://r/v2/a/manifests/1: unexpected status code 502 Bad Gateway',
    ],
    [
      'push-unreachable',
      'error checking push permissions: checking push permission for "r/a:1": creating push check transport for r failed: Get "https://r/v2/": x509: certificate has expired',
    ],
    [
      'push-immutable',
      "error pushing image: failed to push to destination r/a:1: PUT https://r/v2/a/manifests/1: TAG_INVALID: The image tag '1' already exists in the 'a' repository and cannot be overwritten because the tag is immutable.",
    ],
    [
      'push-immutable',
      'error pushing image: PUT https://r/v2/a/manifests/1: DENIED: The repository has enabled tag immutability',
    ],
    [
      'registry-name',
      "error checking push permissions: checking push permission for \"r/a:1\": POST https://r/v2/a/blobs/uploads/: NAME_UNKNOWN: The repository with name 'a' does not exist in the registry with id '1'",
    ],
    [
      'registry-name',
      'error checking push permissions: getting tag for destination: could not parse reference: r/A:1',
    ],
    ['run-failed', 'error building image: something that no version said before'],
  ])('says %s: %s', (code, line) => {
    expect(readKanikoEnd([...RUN, line], 1)).toMatchObject({ code })
  })

  test.each<[FailureCode, string]>([
    [
      'context-broken',
      'Error: error resolving source context: unpacking tar from build context: gzip: invalid header',
    ],
    [
      'dockerfile-missing',
      'Error: error resolving dockerfile path: please provide a valid path to a Dockerfile',
    ],
    ['input', 'Error: unknown flag: --x'],
    ['input', 'Error: invalid argument "x" for "--cache-ttl" flag: time: invalid duration "x"'],
  ])('before the usage says %s: %s', (code, line) => {
    expect(readKanikoEnd([line, ...HELP], 1)).toMatchObject({ code, reason: line.slice('Error: '.length) })
  })
})

describe('what a RUN prints', () => {
  const forged = 'error pushing image: failed to push to destination r/a:1: UNAUTHORIZED'

  test('is not believed before the real last line', () => {
    const end = readKanikoEnd([...RUN, forged, `${EXIT}exit status 1`], 1)
    expect(end).toMatchObject({ code: 'run-failed', output: [forged] })
  })

  test('is not believed if Kaniko went on after it', () => {
    const end = readKanikoEnd([...RUN, forged, message('Taking snapshot of full filesystem...')], 1)
    expect(end).toMatchObject({ code: 'run-failed', reason: '', phase: 'snapshot' })
  })

  test('is not the usage of Kaniko', () => {
    const end = readKanikoEnd([...RUN, 'Error: unknown flag: --x', 'see --help', `${EXIT}exit status 1`], 1)
    expect(end).toMatchObject({ code: 'run-failed' })
    expect(readKanikoEnd([...RUN, 'Error: unknown flag: --x'], 137)).toMatchObject({ code: 'out-of-memory' })
  })

  test('is kept where it is glued before the last line', () => {
    const end = readKanikoEnd([...RUN, 'one', `two${EXIT}exit status 1`], 1)
    expect(end).toMatchObject({ code: 'run-failed', output: ['one', 'two'] })
  })

  test('is kept where it is glued before a message, or stands before the process is announced', () => {
    const lines = [message('RUN a'), 'early', message('Running: [a]'), `late${message('noise')}`]
    expect(readKanikoEnd([...lines, `${EXIT}exit status 1`], 1).output).toEqual(['early', 'late'])
  })

  test('is kept where it comes after the last line', () => {
    expect(readKanikoEnd([...RUN, 'one', `${EXIT}exit status 1`, 'two'], 1)).toMatchObject({
      code: 'run-failed',
      output: ['one', 'two'],
    })
  })

  test('is kept where it comes before its instruction, after the last one’s snapshot', () => {
    const snapshot = message('Taking snapshot of full filesystem...')
    const lines = [message('RUN a'), 'of a', snapshot, 'of b', message('RUN b'), `${EXIT}exit status 1`]
    expect(readKanikoEnd(lines, 1)).toMatchObject({ instruction: 'RUN b', output: ['of b'] })
  })

  test('is its own: what an instruction before it printed is left out', () => {
    const lines = [message('RUN a'), 'of a', message('RUN b'), 'of b', `${EXIT}exit status 1`]
    expect(readKanikoEnd(lines, 1)).toMatchObject({ instruction: 'RUN b', output: ['of b'] })
  })
})

describe('how far a build came', () => {
  test.each([
    ['nothing', [], 'unknown'],
    ['a base image', [message('Retrieving image a:1 from registry r')], 'base-image'],
    ['its unpacking', [message('Unpacking rootfs as cmd RUN a requires it.')], 'unpacking'],
    ['the snapshot before a RUN', RUN.slice(0, 2), 'snapshot'],
    ['a RUN', RUN, 'instruction'],
    ['the snapshot after a RUN', [...RUN, message('Taking snapshot of files...')], 'snapshot'],
    ['the push', [...RUN, message('Pushing image to r/a:1')], 'pushing'],
    [
      'a RUN beside a push to the cache',
      [message('Pushing layer r/c:0 to cache now'), ...RUN, message('Pushing image to r/c:0')],
      'instruction',
    ],
  ])('%s', (_, lines, phase) => {
    expect(readKanikoEnd(lines)).toMatchObject({ phase })
  })

  test.each<[number, FailureCode]>([
    [137, 'out-of-memory'],
    [143, 'evicted'],
    [2, 'run-failed'],
  ])('is all there is if Kaniko ended with %d and said nothing', (exitCode, code) => {
    expect(readKanikoEnd(RUN, exitCode)).toMatchObject({ code, reason: '', instruction: 'RUN npm ci' })
  })
})
