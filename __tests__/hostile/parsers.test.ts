import fc from 'fast-check'

import { warningsIn } from '../../src/cluster/warning-header.ts'
import { parseDockerConfig, parseHelperAnswer } from '../../src/plan/docker-config.ts'
import { parseBuildkitLine } from '../../src/progress/buildkit-log.ts'
import { copySources } from '../../src/progress/copy-sources.ts'
import { parseDockerfile } from '../../src/progress/dockerfile.ts'
import { displayOf } from '../../src/progress/kaniko-display.ts'
import { kanikoEvent } from '../../src/progress/kaniko-event.ts'
import { parseKanikoLine } from '../../src/progress/kaniko-log.ts'
import { neededStages } from '../../src/progress/needed-stages.ts'
import { secretMounts } from '../../src/progress/secret-mounts.ts'
import { buildahEvent, dockerEvent, plainEvent } from '../../src/progress/text-log.ts'
import { parseChallenge } from '../../src/registry/challenge.ts'
import { parseManifest } from '../../src/registry/manifest.ts'
import { redacted } from '../../src/report/redact.ts'
import { parseAttributes } from '../../src/request/attributes.ts'
import { parseDestinations } from '../../src/request/destinations.ts'
import { parseExecutorArguments } from '../../src/request/executor-arguments.ts'
import { parseImageReference } from '../../src/request/image-reference.ts'
import { parseMap } from '../../src/request/lines.ts'
import { parsePlainYaml } from '../../src/request/plain-yaml.ts'
import { parseQuantity } from '../../src/request/quantity.ts'
import { parseResources } from '../../src/request/resources.ts'
import { DAY, parseDnsLabel, parseDuration, parseMirror, parseRegistry } from '../../src/request/scalars.ts'

/** All that can be asked of a Dockerfile. */
function askDockerfile(text: string): void {
  const dockerfile = parseDockerfile('Dockerfile', text)
  copySources(dockerfile)
  secretMounts(dockerfile)
  neededStages(dockerfile, 'target')
}

function showKaniko(text: string): void {
  const line = parseKanikoLine(text)
  const event = kanikoEvent(line)
  if (event !== undefined) displayOf(line, event)
}

/** What reads text that others have written. */
const PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
  'a line of Kaniko’s log': showKaniko,
  'a message of Kaniko’s': (msg) => showKaniko(JSON.stringify({ level: 'info', msg, time: 'now' })),
  'a line of BuildKit’s log': parseBuildkitLine,
  'a line of buildah’s log': buildahEvent,
  'a line of docker’s log': dockerEvent,
  'a line of BuildKit’s plain log': plainEvent,
  'a Dockerfile': askDockerfile,
  'instructions of a Dockerfile': (text) => askDockerfile(`FROM a\nRUN ${text}\nCOPY ${text}`),
  'the challenge of a registry': (text) => parseChallenge(`Bearer ${text}`),
  'a manifest': (text) => parseManifest(Buffer.from(text)),
  'a warning of the API server': warningsIn,
  'Docker’s config.json': parseDockerConfig,
  'the answer of a credential helper': parseHelperAnswer,
  'evidence of the cluster': (text) => redacted({ message: text, args: [text], env: [{ value: text }] }),
  tags: parseDestinations,
  'the name of an image': parseImageReference,
  'a registry': parseRegistry,
  'a mirror': parseMirror,
  'a duration': (text) => parseDuration(text, DAY),
  'a quantity': (text) => parseQuantity(text, 'memory'),
  resources: parseResources,
  'a name of Kubernetes': parseDnsLabel,
  'KEY=VALUE lines': parseMap,
  'type=…,dest=…': parseAttributes,
  'executor-arguments': parseExecutorArguments,
  'YAML of texts': (text) => parsePlainYaml(text, 'a list'),
}

/** Pieces that one parser or another looks for. */
const PIECES = [
  ...[
    'a',
    '1',
    ' ',
    '\t',
    '\n',
    '\r',
    '\\',
    '"',
    "'",
    '`',
    '-',
    '_',
    '.',
    '/',
    ':',
    ',',
    '=',
    '@',
    '!',
    '#',
    '*',
    '?',
  ],
  ...[
    '<<',
    '<<E\n',
    '[',
    ']',
    '{',
    '}',
    '{"level":"',
    '$',
    '${',
    '&a ',
    '*a ',
    '- ',
    'a: ',
    '::',
    '\u001b[',
    '\0',
    '\u2028',
  ],
  ...[
    'FROM a\n',
    'RUN ',
    '--mount=',
    'STEP 1/1: ',
    '--> ',
    ' ---> ',
    '#1 ',
    'https://',
    'sha256:',
    '299 - "',
    'token',
    'eyJ-',
  ],
]

describe.each(Object.entries(PARSERS))('%s', (_, parse) => {
  test('is read or refused, whatever it is, and never thrown over', () => {
    const made = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(''))
    const text = fc.oneof(made, fc.string({ unit: 'binary' }), fc.json())
    fc.assert(fc.property(text, (given) => void parse(given)))
  })

  // Of the processor's time, which no other process changes; one that begins anew at each character takes minutes.
  test('takes a time that grows with its length alone', () => {
    const before = process.cpuUsage()
    for (const piece of PIECES) {
      const long = piece.repeat(Math.ceil(LONG / piece.length))
      for (const text of [long, `${long}!`, `{${long}}`, `a${long}\n}`]) parse(text)
    }
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1_000_000).toBeLessThan(25)
  })
})

/** Characters: where time grows with the square, 40 billion steps for each text. */
const LONG = 200_000
