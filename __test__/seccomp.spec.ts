// The seccomp profile that the package ships, as a container engine would apply it to a container
// without capabilities of its own: Node and io_uring work under it, and what it adds is what it takes.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { inChild, ROOT, type Ended } from './helpers/child'
import { folder } from './helpers/temp'

interface Rule {
  readonly names: readonly string[]
  readonly action: 'SCMP_ACT_ALLOW' | 'SCMP_ACT_ERRNO'
  readonly errnoRet?: number
  readonly args?: readonly { index: number; value: number; op: string }[]
  readonly includes?: { readonly caps: readonly string[] }
}

interface Profile {
  readonly defaultAction: string
  readonly defaultErrnoRet: number
  readonly archMap: readonly { readonly architecture: string }[]
  readonly syscalls: readonly Rule[]
}

const PROFILE = JSON.parse(readFileSync(join(ROOT, 'seccomp', 'default.json'), 'utf8')) as Profile
const IO_URING = ['io_uring_enter', 'io_uring_register', 'io_uring_setup']

/** The rules of a container without added capabilities. */
const RULES = PROFILE.syscalls.filter((rule) => rule.includes === undefined)

/** The filter's instructions for one call: the accumulator holds its number before and after. */
function instructions(name: string, rule: Rule): string {
  const answer =
    rule.action === 'SCMP_ACT_ALLOW' ? 'SECCOMP_RET_ALLOW' : `SECCOMP_RET_ERRNO | ${rule.errnoRet}`
  const [arg] = rule.args ?? []
  const body =
    arg === undefined
      ? [`RETURN(${answer})`]
      : [
          `ARGUMENT(${arg.index})`,
          ...(arg.op === 'SCMP_CMP_MASKED_EQ' ? [`MASK(${arg.value}u)`] : []),
          `EQUAL(${arg.op === 'SCMP_CMP_MASKED_EQ' ? 0 : arg.value}u, 0, 1)`,
          `RETURN(${answer})`,
          'NUMBER',
        ]
  const lines = [`EQUAL(__NR_${name}, 0, ${body.length})`, ...body].map((line) => `  ${line},`)
  return `#ifdef __NR_${name}\n${lines.join('\n')}\n#endif\n`
}

/** A program that starts another one under the profile. */
function enforcer(t: ExecutionContext, without: readonly string[] = []): string {
  const filter = RULES.flatMap((rule) =>
    rule.names.filter((name) => !without.includes(name)).map((name) => instructions(name, rule)),
  )
  const at = folder(t)
  writeFileSync(
    join(at, 'enforce.c'),
    `#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#define NUMBER BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define ARGUMENT(i) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[i]))
#define MASK(m) BPF_STMT(BPF_ALU | BPF_AND | BPF_K, m)
#define EQUAL(v, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, v, yes, no)
#define RETURN(v) BPF_STMT(BPF_RET | BPF_K, v)
static struct sock_filter filter[] = {
  NUMBER,
${filter.join('')}  RETURN(SECCOMP_RET_ERRNO | ${PROFILE.defaultErrnoRet}),
};
int main(int argc, char **argv) {
  struct sock_fprog program = { sizeof filter / sizeof *filter, filter };
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
    perror("seccomp");
    return 99;
  }
  execv(argv[1], argv + 1);
  perror(argv[1]);
  return 98;
}
`,
  )
  execFileSync('cc', ['-o', join(at, 'enforce'), join(at, 'enforce.c')])
  return join(at, 'enforce')
}

/** What a program usually does, and what the package says. */
function work(under: string): Promise<Ended> {
  return inChild(
    async ({ uring, fs, say, require }) => {
      const net = require('node:net') as typeof import('node:net')
      const server = net.createServer((socket) => socket.end('hello'))
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as import('node:net').AddressInfo
      const heard = await new Promise((resolve) => {
        net.connect(port, '127.0.0.1').on('data', (bytes) => resolve(String(bytes)))
      })
      server.close()
      const child = require('node:child_process') as typeof import('node:child_process')
      const echoed = child.execFileSync('echo', ['child'], { encoding: 'utf8' })
      const text = await fs.promises.readFile('package.json', 'utf8')
      const told = uring.availability()
      say({ heard, echoed, text: text.length > 0, ...told, opcodes: undefined })
      if (!told.available) return
      const ring = new uring.Ring()
      const buffer = Buffer.alloc(10)
      const { AT_FDCWD, O_RDONLY } = uring.constants
      const fd = await ring.openat(AT_FDCWD, 'package.json', O_RDONLY)
      const bytes = await ring.read(fd, buffer, 0)
      await ring.close(fd)
      await ring.dispose()
      say({ bytes })
    },
    { under: [under] },
  )
}

test('under the profile that is shipped, Node and io_uring work (R80)', async (t) => {
  const { code, said, stderr } = await work(enforcer(t))
  t.is(code, 0, stderr)
  const [told, read] = said as Record<string, unknown>[]
  t.like(told, { heard: 'hello', echoed: 'child\n', text: true, available: true })
  t.deepEqual(read, { bytes: 10 })
})

test('it is these three calls that the profile adds: without them Node works and io_uring does not', async (t) => {
  const { code, said, stderr } = await work(enforcer(t, IO_URING))
  t.is(code, 0, stderr)
  t.like(said[0], { heard: 'hello', echoed: 'child\n', text: true, available: false })
  t.like(said[0], { reason: 'seccomp', code: 'EPERM' })
})

test('the profile refuses what is not in it, and names every call once', (t) => {
  t.is(PROFILE.defaultAction, 'SCMP_ACT_ERRNO')
  t.deepEqual(
    PROFILE.archMap.map((one) => one.architecture),
    ['SCMP_ARCH_X86_64', 'SCMP_ARCH_AARCH64'],
  )
  const plain = RULES.filter((rule) => rule.args === undefined)
  const names = plain.flatMap((rule) => rule.names)
  t.is(new Set(names).size, names.length)
  for (const name of ['keyctl', 'mount', 'bpf', 'kexec_load', 'userfaultfd', 'reboot'])
    t.false(names.includes(name), name)
})

test('the remedy for a seccomp profile names the file, and the package ships it', async (t) => {
  const { said } = await work(enforcer(t, IO_URING))
  const { remedy } = said[0] as { remedy: string }
  const path = /node_modules\/uring\/(\S+\.json)/.exec(remedy)?.[1]
  t.is(path, 'seccomp/default.json')
  const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  t.true((files as string[]).includes('seccomp'))
})
