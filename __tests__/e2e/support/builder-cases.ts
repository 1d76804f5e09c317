import { randomFillSync } from 'node:crypto'

/** A Dockerfile that every builder is given, and what is told of it. */
export interface BuilderCase {
  readonly name: string
  /** Whether CI compares it too: of what differs, of what is refused, of what fails, one each. */
  readonly inCi?: true
  readonly dockerfile: readonly string[]
  readonly files?: Readonly<Record<string, string | Buffer>>
  readonly inputs?: Readonly<Record<string, string>>
  /** A value of a build argument: whether the image's history tells it is part of the result. */
  readonly argument?: string
  /** The code that it is to end with; undefined: an image. */
  readonly code?: string
  /** Lines of the Dockerfile that are annotated then. */
  readonly lines?: readonly [first: number, last: number]
}

const COLOURS = { 'a.txt': 'a\n', 'sub/b.txt': 'b\n' }

/** One for each of what builders are known to differ in. */
export const BUILDER_CASES: readonly BuilderCase[] = [
  {
    name: 'several stages',
    dockerfile: [
      'FROM busybox AS one',
      'RUN mkdir /one && echo 1 > /one/file && chmod 640 /one/file',
      'FROM busybox AS two',
      'COPY a.txt /two/',
      'RUN ln -s a.txt /two/link && touch -d 2001-01-01 /two/a.txt',
      'FROM busybox',
      'COPY --from=one /one /one',
      'COPY --from=two /two/ /two/',
      'RUN rm /bin/vi && mkdir -m 1777 /shared',
    ],
    files: COLOURS,
  },
  {
    name: 'build arguments',
    dockerfile: [
      'ARG BASE=nothing',
      'FROM ${BASE}',
      'ARG WHO',
      'ARG MORE=default',
      'ENV GREETING="hello $WHO"',
      'RUN echo "$GREETING $MORE" > /greeting',
      'WORKDIR /at/${WHO}',
      'LABEL who=$WHO',
    ],
    inputs: { 'build-args': 'WHO=you and me\nMORE=told-or-not' },
    argument: 'told-or-not',
  },
  {
    name: 'a target',
    dockerfile: ['FROM busybox AS wanted', 'RUN echo wanted > /which', 'FROM wanted', 'RUN exit 1'],
    inputs: { target: 'wanted' },
  },
  {
    name: 'secrets',
    inCi: true,
    dockerfile: [
      'FROM busybox',
      'RUN --mount=type=secret,id=token wc -c < /run/secrets/token > /length',
      'RUN ls /run/secrets > /left 2>/dev/null || true',
    ],
    inputs: { secrets: 'token=0123456789' },
  },
  {
    name: 'here-documents',
    dockerfile: [
      'FROM busybox',
      'RUN <<END',
      'echo "first"  > /first',
      'echo second > /second',
      'END',
      'COPY <<END /third',
      'third',
      'END',
    ],
  },
  {
    name: 'ONBUILD',
    dockerfile: [
      'FROM busybox AS base',
      'ONBUILD COPY a.txt /triggered',
      'ONBUILD RUN echo ran > /ran',
      'FROM base',
      'RUN cat /triggered /ran > /all',
    ],
    files: COLOURS,
  },
  {
    name: 'USER and COPY',
    inCi: true,
    dockerfile: [
      'FROM busybox',
      'RUN echo builder:x:1234:1234::/home/builder:/bin/sh >> /etc/passwd && chmod 1777 /tmp',
      'USER builder',
      'COPY a.txt /after-user',
      'COPY --chown=1234:1234 sub /chowned',
      'RUN id -u > /tmp/uid',
      'WORKDIR /home/builder/made',
      'RUN echo x > /tmp/x',
    ],
    files: COLOURS,
  },
  {
    name: '.dockerignore',
    dockerfile: ['FROM busybox', 'COPY . /context', 'CMD ["ls"]'],
    files: {
      ...COLOURS,
      '.dockerignore': '# all but\n**/*.log\nnode_modules\n!keep.log\nsecret*\n',
      'x.log': 'x',
      'sub/y.log': 'y',
      'keep.log': 'keep',
      'node_modules/m/index.js': 'm',
      'secret.txt': 's',
    },
  },
  {
    name: 'a context of 100 MB',
    dockerfile: ['FROM busybox', 'COPY noise /noise', 'RUN sha256sum /noise > /sum'],
    files: { noise: randomFillSync(Buffer.alloc(100_000_000)) },
  },
  {
    name: 'annotations',
    dockerfile: ['FROM busybox', 'COPY a.txt /a'],
    files: COLOURS,
    inputs: { annotations: 'com.example.team=checkout' },
  },
  {
    name: 'a RUN that fails',
    inCi: true,
    dockerfile: ['FROM busybox', 'RUN echo before && \\', '    echo last; exit 3'],
    code: 'run-failed',
    lines: [2, 3],
  },
]
