import { imagesIn } from '../../src/storage/used-images.ts'

const HOSTS = ['localhost:30500', 'registry.hybrid-build-registry.svc:5000']
const DIGEST = `sha256:${'a'.repeat(64)}`

const podOf = (...images: readonly string[]) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'app' },
  spec: { containers: images.map((image) => ({ name: 'app', image })) },
})

test.each([
  ['localhost:30500/app:1', 'app:1'],
  ['localhost:30500/team/app', 'team/app:latest'],
  [`localhost:30500/app@${DIGEST}`, DIGEST],
  [`localhost:30500/app:1@${DIGEST}`, DIGEST],
  ['registry.hybrid-build-registry.svc:5000/app:2', 'app:2'],
])('%s is %s', (image, name) => expect(imagesIn([podOf(image)], HOSTS)).toEqual([name]))

test('images of other registries are nobody’s business', () =>
  expect(imagesIn([podOf('ghcr.io/acme/app:1', 'localhost:5000/app:1')], HOSTS)).toEqual([]))

test('they are found however deep, each once', () => {
  const cron = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'nightly' },
    spec: { jobTemplate: { spec: { template: podOf('localhost:30500/job:1', 'localhost:30500/job:1') } } },
  }
  expect(imagesIn([cron], HOSTS)).toEqual(['job:1'])
})
