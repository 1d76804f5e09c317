import type { ServerResponse } from 'node:http'

import type { Fault } from './api-faults.ts'

const EXPIRED = {
  type: 'ERROR',
  object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version: 1 (2)' },
}

/** An answer, or what its fault leaves of it. */
export class FaultyAnswer {
  readonly #response: ServerResponse
  readonly #fault: Fault | undefined
  #sent = 0
  #over = false

  constructor(response: ServerResponse, fault: Fault | undefined) {
    this.#response = response
    this.#fault = fault
  }

  /** Nothing is done, and nothing answered. */
  isLostBefore(): boolean {
    if (this.#fault?.kind === 'reset') this.#response.socket?.destroy()
    return this.#fault?.kind === 'reset' || this.#fault?.kind === 'hang'
  }

  /** Answers with the Status that the fault asks for. */
  isRefused(): boolean {
    const fault = this.#fault
    if (fault?.kind !== 'status') return false
    if (fault.retryAfter !== undefined) this.#response.setHeader('Retry-After', String(fault.retryAfter))
    this.status(fault.status, fault.reason ?? '', fault.message ?? '', fault.causes)
    return true
  }

  status(code: number, reason: string, message: string, causes: readonly string[] = []): void {
    const details = { causes: causes.map((cause) => ({ reason: cause })) }
    this.json(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, details, code })
  }

  json(code: number, value: unknown): void {
    if (this.#fault?.kind === 'lost-answer') {
      this.#response.socket?.destroy()
      return
    }
    if (this.#fault?.kind === 'warned') {
      const quoted = this.#fault.warnings.map((text) => `299 - "${text.replaceAll('"', String.raw`\"`)}"`)
      this.#response.setHeader('Warning', quoted)
    }
    const body = Buffer.from(JSON.stringify(value))
    this.#response.writeHead(code, {
      'Content-Type': 'application/json',
      // Who knows the length knows an early end for a cut.
      ...(this.#fault?.kind === 'end' ? {} : { 'Content-Length': body.length }),
    })
    this.write(body)
    this.end()
  }

  begin(type: string, code = 200): void {
    this.#response.writeHead(code, { 'Content-Type': type })
    this.#response.flushHeaders()
    if (this.#fault?.kind !== 'expired') return
    this.write(Buffer.from(`${JSON.stringify(EXPIRED)}\n`))
    this.end()
  }

  /** Bytes beyond the fault's are never sent; a cut takes place once those before have left. */
  write(bytes: Buffer): void {
    if (this.#over || this.#fault?.kind === 'half-open') return
    const limit = this.#limitIn(bytes)
    const part = bytes.subarray(0, limit - this.#sent)
    this.#sent += part.length
    if (this.#sent < limit) {
      this.#response.write(part)
      return
    }
    this.#over = true
    if (this.#fault?.kind === 'end') this.#response.end(part)
    else this.#response.write(part, () => setTimeout(() => this.#response.socket?.destroy(), 5))
  }

  /** After how many bytes of the answer the fault comes, as far as these bytes tell. */
  #limitIn(bytes: Buffer): number {
    if (this.#fault?.kind === 'cut' || this.#fault?.kind === 'end') return this.#fault.afterBytes
    const first = this.#fault?.kind === 'cut-in-character' ? bytes.findIndex((byte) => byte >= 0xc2) : -1
    return first < 0 ? Number.POSITIVE_INFINITY : this.#sent + first + 1
  }

  end(): void {
    if (this.#over || this.#fault?.kind === 'half-open') return
    this.#over = true
    this.#response.end()
  }

  onClose(listener: () => void): void {
    this.#response.on('close', listener)
  }
}
