// Progress on standard error: a bar on a terminal, one line per finished row anywhere else.

import { SingleBar } from 'cli-progress'

export interface Progress {
  step(what: string): void
  finished(line: string): void
  stop(): void
}

export function progress(total: number): Progress {
  return process.stderr.isTTY ? bar(total) : lines()
}

function bar(total: number): Progress {
  const single = new SingleBar({
    format: '{bar} {percentage}% | {eta_formatted} left | {what}',
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  })
  single.start(total, 0, { what: '' })
  return {
    step: (what) => single.increment(1, { what }),
    finished: () => {},
    stop: () => single.stop(),
  }
}

function lines(): Progress {
  return {
    step: () => {},
    finished: (line) => console.error(line),
    stop: () => {},
  }
}
