// Runs one kernel, from the download to the verdict. A guest that dies before its init is started once more. A guest
// that dies later is not restarted, because the tests may have caused its panic.
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../scripts/lib/paths'
import { fetchKernel } from './kernel'
import { bootGuest, type Limits } from './machine'
import { decode } from './protocol'
import type { Series } from './series'
import { judge, neverRan, type KernelVerdict } from './verdict'

export interface GuestJob {
  readonly series: Series
  readonly image: string
  readonly groups: readonly string[]
  readonly limits: Limits
  /** The folder for consoles. By default, only those of failed guests are kept, in the cache. */
  readonly log: string | undefined
  readonly onProgress: (line: string) => void
}

/** Never rejects. A guest that cannot run has a red verdict, and the other guests continue. */
export async function runGuest(job: GuestJob): Promise<KernelVerdict> {
  try {
    return await bootAndJudge(job)
  } catch (error) {
    return neverRan(job.series.key, error)
  }
}

async function bootAndJudge(job: GuestJob): Promise<KernelVerdict> {
  const kernel = await fetchKernel(job.series)
  const folder = job.log ?? cacheFolder('consoles')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${job.series.key}.log`)
  // written as it arrives, so that a slow guest can be watched
  writeFileSync(file, '')
  let rest = ''
  const hear = (chunk: string): void => {
    appendFileSync(file, chunk)
    const lines = (rest + chunk).split(/\r?\n/)
    rest = lines.pop() ?? ''
    for (const line of lines) progressOf(line, job.onProgress)
  }
  let run = await bootGuest(kernel, job.image, job.limits, hear)
  if (!run.console.includes('INIT_AT') && run.fault === undefined) {
    const last = run.console.trim().split('\n').slice(-3).join(' | ')
    job.onProgress(`ended before its init (qemu ${run.code}: ${last}), tried once more`)
    run = await bootGuest(kernel, job.image, job.limits, hear)
  }
  const verdict = judge(kernel, run, job.groups)
  if (!verdict.green) job.onProgress(`console: ${file}`)
  else if (job.log === undefined) rmSync(file)
  return verdict
}

function progressOf(line: string, say: (line: string) => void): void {
  let event
  try {
    event = decode(line)
  } catch {
    return
  }
  if (event?.event === 'done') say(`${event.group} ${event.seconds} s`)
  if (event?.event === 'result' && event.outcome === 'failed')
    say(`FAILED ${event.group}: ${event.name}`)
}
