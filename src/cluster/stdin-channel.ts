import { CHANNELS, ContainerChannel, PROTOCOLS } from './container-channel.ts'

/** The standard input of one container, over one WebSocket. */
export class StdinChannel extends ContainerChannel {
  /** Frames have a byte in front of what they carry, for the channel. */
  static readonly HEADER_BYTES = 1

  /** Sends a frame, its header still to be filled in; resolves when it has left and may be used again. */
  async send(frame: Buffer): Promise<void> {
    frame[0] = CHANNELS.stdin
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.socket.send(frame, { binary: true }, (error) => resolve(!error))
    if (await promise) this.sign()
    // The end follows, and until then nothing could be sent but to nobody.
    else await this.ended
  }

  /** Ends the standard input, where the protocol can. With v4 it ends with the channel, and nothing is done now. */
  endInput(): void {
    if (this.socket.protocol === PROTOCOLS[0])
      this.socket.send(Buffer.of(CHANNELS.close, CHANNELS.stdin), { binary: true })
  }

  /** Resolves when the server has read all that was sent, or the channel has ended: true in the first case. */
  async confirmed(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    // An answer has what was sent with its ping: those to the heartbeat's are empty.
    const mark = Buffer.from('all')
    const hear = (data: Buffer): void => {
      if (data.equals(mark)) resolve(true)
    }
    this.socket.on('pong', hear)
    void this.ended.then(() => resolve(false))
    if (!this.isOver) this.socket.ping(mark)
    const heard = await promise
    this.socket.off('pong', hear)
    return heard
  }
}
