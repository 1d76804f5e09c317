/** 38214 → `38.2 s`, 90000 → `1 min 30 s`, 40 → `40 ms`. */
export function durationWords(milliseconds: number): string {
  const ms = Math.max(0, milliseconds)
  if (ms < 100) return `${ms.toFixed(0)} ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
