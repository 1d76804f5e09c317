/** Hosts that the helpers in Kaniko's image sign in to with the pod's own identity. */
const CLOUDS: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:public\.ecr\.aws|\d{12}\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.(?:com|com\.cn|eu)|on\.aws|on\.amazonwebservices\.com\.cn))$/,
    'Amazon ECR',
  ],
  [/^(?:.+\.)?gcr\.io$|\.pkg\.dev$/, 'Google Artifact Registry'],
  [/\.azurecr\.(?:io|cn|de|us)$/, 'Azure Container Registry'],
]

/** The cloud that a registry belongs to, in words; undefined if to none that Kaniko knows. */
export function cloudOf(registry: string): string | undefined {
  return CLOUDS.find(([hosts]) => hosts.test(registry.toLowerCase()))?.[1]
}
