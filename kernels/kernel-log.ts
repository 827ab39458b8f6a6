// Checks a guest's console for messages that a kernel log must not contain. A missing log is a finding as well.

const BAD: readonly RegExp[] = [
  /\bBUG: /,
  /\bkernel BUG at /,
  /\bWARNING: /,
  /\bOops\b/,
  /\bKernel panic\b/,
  /general protection fault/,
  /unable to handle (kernel|page fault|paging request)/i,
  /possible (circular|recursive) locking|inconsistent lock state|suspicious RCU usage|lock held when returning/,
  /INFO: task .* blocked for more than/,
  /soft lockup|hard LOCKUP|rcu_\w+ (self-)?detected|rcu: INFO/,
  /KASAN|KCSAN|UBSAN|KFENCE: /,
  /refcount_t: /,
  /Out of memory: Killed/,
]

/** Lines that every guest prints and that do not concern io_uring. Each needs a reason. */
const HARMLESS: readonly RegExp[] = [
  // KFENCE and UBSAN announce themselves at boot
  /kfence: initialized|KFENCE: enabled/i,
]

export interface LogVerdict {
  readonly lines: number
  readonly findings: readonly string[]
}

export function judgeLog(console: string): LogVerdict {
  const lines = console.split(/\r?\n/)
  const begin = lines.findIndex((line) => line.startsWith('KERNEL_LOG_BEGIN'))
  const end = lines.findIndex((line) => line.startsWith('KERNEL_LOG_END'))
  const findings = lines
    .filter((line) => !line.includes('@uring ') && BAD.some((bad) => bad.test(line)))
    .filter((line) => !HARMLESS.some((harmless) => harmless.test(line)))
    .map((line) => line.trim())
  const complete =
    begin !== -1 &&
    end > begin &&
    lines.slice(begin, end).some((line) => line.includes('Linux version'))
  if (!complete) findings.push('the kernel log did not come out whole')
  return { lines: complete ? end - begin - 1 : 0, findings: [...new Set(findings)].slice(0, 20) }
}
