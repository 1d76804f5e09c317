import { planMigration } from '../../src/migrate/plan-migration.ts'
import type { Migration } from '../../src/migrate/plan-migration.ts'

const PATH = '.github/workflows/image.yml'

/** A job of steps, each a script or the lines of an action. */
function migrate(...steps: readonly string[]): Migration {
  const list = steps.map((step) => {
    if (/^(uses|name|if|env|run): /.test(step)) return `      - ${step.replaceAll('\n', '\n        ')}\n`
    return `      - run: |\n${step.replaceAll(/^/gm, '          ')}\n`
  })
  const workflow = `on: push\nenv:\n  IMAGE: acme/shop\njobs:\n  image:\n    runs-on: ubuntu-latest\n    steps:\n${list.join('')}`
  return planMigration({
    read: (path) => (path === PATH ? workflow : undefined),
    workflowPaths: () => [PATH],
  })
}

const after = (migration: Migration): string => migration.changes[0]?.after ?? ''
const reasons = ({ findings }: Migration): string => findings.map(({ reason }) => reason ?? '').join('\n')

/** `name: value` of the first step's inputs. */
function inputs(...steps: readonly string[]): string {
  const migration = migrate(...steps)
  expect(reasons(migration).trim()).toBe('')
  return after(migration).split('secrets.KUBECONFIG }}\n')[1]?.replaceAll(/^ +/gm, '') ?? ''
}

describe('the words of a build', () => {
  test.each([
    ['docker build -tacme/a .', 'tags: acme/a\npush: false\n'],
    [
      'sudo -u root nerdctl --namespace=x build --tag=acme/a ./app/',
      'context: app\ntags: acme/a\npush: false\n',
    ],
    ["docker image build -t 'acme/a' -f app/Dockerfile app", 'context: app\ntags: acme/a\npush: false\n'],
    ['podman build -t acme/a --format=oci --layers .', 'tags: acme/a\npush: false\nimage-format: oci\n'],
    [
      'docker build --build-arg A=$IMAGE --build-arg "B=x y" .',
      'push: false\nbuild-args: |\nA=${{ env.IMAGE }}\nB=x y\n',
    ],
    ['docker build --platform linux/arm64 --network default .', 'push: false\nplatforms: linux/arm64\n'],
    [
      'docker build --add-host a:1.2.3.4 --shm-size=1g .',
      'push: false\nadd-hosts: a:1.2.3.4\nshm-size: 1g\n',
    ],
    ['docker build $GITHUB_WORKSPACE/app', 'context: app\npush: false\n'],
    [
      'docker build https://github.com/acme/a.git#main',
      'context: https://github.com/acme/a.git#main\npush: false\n',
    ],
    [
      'docker buildx build -o type=docker,dest=out/a.tar .',
      'push: false\noutputs: type=docker,dest=out/a.tar\n',
    ],
    [
      'docker build --cache-from type=registry,ref=acme/c .',
      'push: false\ncache-from: type=registry,ref=acme/c\n',
    ],
    ['docker build --label=a=true .', 'push: false\nlabels: a=true\n'],
    ['docker build -t acme/a . || exit 1', 'tags: acme/a\npush: false\n'],
  ])('%s', (run, expected) => {
    expect(inputs(run)).toBe(expected)
  })

  test.each([
    ['docker build --fancy .', 'The flag --fancy is not known'],
    ['docker build --ssh default .', 'builder: buildkit'],
    ['docker build --network host .', 'network of its pod'],
    ['docker build -t acme/a:$(date +%s) .', 'give it to a variable of the script first'],
    ['docker build -t acme/a:$NOBODY .', 'nothing in the workflow says what $NOBODY is'.slice(1)],
    ['docker build $IMAGE .', '`$IMAGE` may be flags'],
    ['docker build "${args[@]}" .', '`"${args[@]}"` may be flags'],
    ['docker build /srv/app', 'lies outside of the workspace'],
    ['docker build -t $${{ github.sha }} .', 'Only a shell knows'],
    ['docker build . > log', 'redirected'],
    ['docker build . &', 'in the background'],
    ['docker build . || true', 'continue-on-error'],
    ['(cd app && docker build .)', 'in a subshell'],
    ['docker build --push -t localhost:5000/a .', 'is the runner itself'],
    ['docker-compose build', 'builds what another file says'],
    ['docker push acme/other', 'No build of this job makes acme/other'],
  ])('%s is left', (run, reason) => {
    const migration = migrate(run)
    expect(after(migration)).toBe('')
    expect(reasons(migration)).toContain(reason)
  })
})

describe('an image that the runner uses after the build', () => {
  test.each([
    ['a tool that runs it', 'docker run acme/a'],
    ['compose, which may', 'docker compose up -d'],
    ['kind, which loads it', 'kind load docker-image acme/a'],
    ['anything that names it', 'trivy image acme/a'],
    ['an action that names it', 'uses: anchore/scan-action@v6\nwith:\n  image: acme/a'],
  ])('stays: %s', (_, use) => {
    const migration = migrate('docker build -t acme/a .', use)
    expect(after(migration)).toBe('')
    expect(reasons(migration)).not.toBe('')
  })

  test('does not stay where it is pushed, and read from the registry', () => {
    const pushed = migrate('docker build -t acme/a .\ndocker push acme/a', 'trivy image acme/a')
    expect(after(pushed)).toContain('push: true')
  })
})

describe('build and push', () => {
  test('stay apart where other work lies between their steps', () => {
    const migration = migrate('docker build -t acme/a .', 'make test', 'docker push acme/a')
    expect(after(migration)).toBe('')
    expect(reasons(migration)).toContain('other work is done between the build and this (line 11)')
  })

  test('are one step where only preparations do', () => {
    const steps = ['docker build -t acme/a .', 'uses: docker/setup-buildx-action@v3', 'docker push acme/a']
    expect(inputs(...steps)).toBe('tags: acme/a\npush: true\n')
  })

  test('wait in one script for what comes before the push', () => {
    const text = after(migrate('docker build -t acme/a .\nmake test\ndocker push acme/a'))
    expect(text.indexOf('run: make test')).toBeGreaterThan(0)
    expect(text.indexOf('run: make test')).toBeLessThan(text.indexOf('uses: OWNER'))
  })

  test('keep a name that is pushed by another one than it was built with', () => {
    expect(inputs('docker build -t a .\ndocker tag a acme/a:1\ndocker push acme/a:1')).toBe(
      'tags: acme/a:1\npush: true\n',
    )
  })

  test('push all tags of a repository', () => {
    expect(inputs('docker build -t acme/a:1 -t acme/a:2 -t acme/b .\ndocker push -a acme/a')).toBe(
      'tags: |\nacme/a:1\nacme/a:2\npush: true\n',
    )
  })

  test('stay where a variable has two values', () => {
    const twice = 'TAG=$(date)\ndocker build -t acme/a:$TAG .\nTAG=$(id)\ndocker push acme/a:$TAG'
    expect(reasons(migrate(twice))).toContain('$TAG gets more than one value')
  })
})

describe('a sign-in', () => {
  const BUILD = 'docker build --push -t acme/a .'
  const LOGIN = 'uses: docker/login-action@v3\nwith:\n  username: me\n  password: ${{ secrets.TOKEN }}'

  test('becomes an input', () => {
    const text = after(migrate(LOGIN, BUILD))
    expect(text).not.toContain('login-action')
    expect(text).toContain(
      '- registry: docker.io\n              username: me\n              password: ${{ toJSON(secrets.TOKEN) }}',
    )
  })

  test('stays for others that may need it', () => {
    const migration = migrate(LOGIN, BUILD, 'cosign sign acme/a')
    expect(after(migration)).toContain('login-action')
    expect(after(migration)).toContain('registries: |')
    expect(migration.notes.map(({ text }) => text)).toEqual([
      'docker/login-action stays, for the step in line 14 may need it.',
    ])
  })

  test('stays under a condition of its own', () => {
    const migration = migrate(`if: github.ref == 'x'\n${LOGIN}`, BUILD)
    expect(after(migration)).toContain('login-action')
    expect(after(migration)).not.toContain('registries: |')
  })

  test.each([
    ['docker login -u me -p hunter2 ghcr.io', 'make it a secret first'],
    ['aws ecr get-login-password | docker login -u AWS --password-stdin x.example', 'part of a pipe'],
    ['docker login ghcr.io', 'does not say who'],
  ])('%s is left', (login, reason) => {
    expect(reasons(migrate(login, BUILD))).toContain(reason)
  })
})
