// Random programs against a model of a file: after every step the bytes, lengths and results agree (R91).

import { readFileSync } from 'node:fs'
import test from 'ava'
import type { Ring } from 'uring'
import { ringFor } from './helpers/ring'
import { Dice, scaled, seed } from './helpers/scale'
import { needs } from './helpers/skip'
import { opened } from './helpers/temp'

const SIZE_MAX = 20_000

/** What the file should be. */
class Model {
  bytes = Buffer.alloc(0)

  write(at: number, data: Buffer): void {
    const grown = Buffer.alloc(Math.max(this.bytes.length, at + data.length))
    this.bytes.copy(grown)
    data.copy(grown, at)
    this.bytes = grown
  }

  resize(length: number): void {
    const resized = Buffer.alloc(length)
    this.bytes.copy(resized)
    this.bytes = resized
  }

  read(at: number, length: number): Buffer {
    return this.bytes.subarray(
      Math.min(at, this.bytes.length),
      Math.min(at + length, this.bytes.length),
    )
  }
}

class Program {
  constructor(
    readonly ring: Ring,
    readonly fd: number,
    readonly model: Model,
    readonly dice: Dice,
    readonly truncates: boolean,
  ) {}

  #data(): Buffer {
    return Buffer.alloc(1 + this.dice.below(3000), 1 + this.dice.below(255))
  }

  /** One step; the text says what it was, for the failure's sake. */
  async step(): Promise<string> {
    const { ring, fd, model, dice } = this
    const at = dice.below(SIZE_MAX)
    switch (dice.below(this.truncates ? 10 : 9)) {
      case 0:
      case 1: {
        const data = this.#data()
        expect((await ring.write(fd, data, dice.below(2) === 0 ? at : BigInt(at))) === data.length)
        model.write(at, data)
        return `write ${data.length} at ${at}`
      }
      case 2: {
        const parts = [this.#data(), Buffer.alloc(0), this.#data()]
        expect((await ring.writev(fd, parts, at)) === Buffer.concat(parts).length)
        model.write(at, Buffer.concat(parts))
        return `writev at ${at}`
      }
      case 3:
        return this.#read(at)
      case 4: {
        const parts = [Buffer.alloc(dice.below(100)), Buffer.alloc(1 + dice.below(3000))]
        const expected = model.read(
          at,
          parts.reduce((sum, part) => sum + part.length, 0),
        )
        expect((await ring.readv(fd, parts, at)) === expected.length)
        expect(Buffer.concat(parts).subarray(0, expected.length).equals(expected))
        return `readv at ${at}`
      }
      case 5: {
        const [one, two, buffer] = [this.#data(), this.#data(), Buffer.alloc(2000)]
        const [, , , read] = await ring
          .chain(
            (c) => [
              c.write(fd, one, at),
              c.write(fd, two, at + 10),
              c.fsync(fd),
              c.read(fd, buffer, 0),
            ],
            { hard: true },
          )
          .catch((error) => [0, 0, 0, error])
        model.write(at, one)
        model.write(at + 10, two)
        const expected = model.read(0, 2000)
        // a short read is no error in the last place
        expect(read === expected.length && buffer.subarray(0, read).equals(expected))
        return `chain at ${at}`
      }
      case 6: {
        const writes = [0, 1, 2].map(() => this.#data())
        const results = await ring.batch((b) =>
          writes.forEach((data, index) => b.write(fd, data, index * 4000)),
        )
        expect(results.every((result, index) => result === writes[index]?.length))
        writes.forEach((data, index) => model.write(index * 4000, data))
        return 'batch'
      }
      case 7: {
        const length = 1 + dice.below(3000)
        expect((await ring.fallocate(fd, 0, at, length)) === 0)
        if (at + length > model.bytes.length) model.resize(at + length)
        return `fallocate ${length} at ${at}`
      }
      case 8:
        return this.#cancelled(at)
      default:
        expect((await ring.ftruncate(fd, at)) === 0)
        model.resize(at)
        return `ftruncate ${at}`
    }
  }

  async #read(at: number): Promise<string> {
    const buffer = Buffer.alloc(1 + this.dice.below(5000))
    const expected = this.model.read(at, buffer.length)
    const timed = this.dice.below(4) === 0
    expect(
      (await this.ring.read(this.fd, buffer, at, timed ? { timeout: 60_000 } : undefined)) ===
        expected.length,
    )
    expect(buffer.subarray(0, expected.length).equals(expected))
    return `read ${buffer.length} at ${at}`
  }

  /** A write that is cancelled: its promise tells whether it happened. */
  async #cancelled(at: number): Promise<string> {
    const data = this.#data()
    const writing = this.ring.write(this.fd, data, at, { flags: this.dice.below(2) * 16 })
    if (this.dice.below(2) === 0) this.ring.flush()
    this.ring.cancel(writing)
    const outcome = await writing.catch((error: NodeJS.ErrnoException) => error.code)
    if (typeof outcome === 'number') this.model.write(at, data.subarray(0, outcome))
    else expect(outcome === 'ECANCELED' || outcome === 'EINTR')
    return `cancelled write at ${at}: ${String(outcome)}`
  }
}

function expect(condition: boolean): void {
  if (!condition) throw new Error('the model says otherwise')
}

test.serial(
  'a random program of 10,000 operations leaves the file that the model has (R91)',
  async (t) => {
    const start = seed()
    t.log(`seed ${start} (URING_TEST_SEED)`)
    const truncates = needs(t, 'ftruncate')
    const program = new Program(
      ringFor(t, { entries: 8 }),
      opened(t),
      new Model(),
      new Dice(start),
      truncates,
    )
    const done: string[] = []
    const steps = scaled(10_000, 500)
    for (let step = 0; step < steps; step++) {
      try {
        done.push(await program.step())
      } catch (error) {
        t.fail(
          `seed ${start}, step ${step}: ${String(error)}; before it: ${done.slice(-3).join(', ')}`,
        )
        return
      }
      if (step % 500 === 0 || step === steps - 1)
        t.true(
          readFileSync(`/proc/self/fd/${program.fd}`).equals(program.model.bytes),
          `seed ${start}, step ${step}`,
        )
    }
  },
)
