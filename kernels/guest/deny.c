// deny MODE PROGRAM ARGUMENTS...: runs a program where io_uring is refused, the way a container or a sandbox does it.
//   eperm    the three io_uring system calls answer EPERM (Docker's and containerd's default profiles)
//   enosys   they answer ENOSYS (older container runtimes, gVisor, a kernel without CONFIG_IO_URING)
//   memlock  they work, and RLIMIT_MEMLOCK is 0 (kernels before 5.12 charge ring memory against it)
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { IO_URING_SETUP = 425, IO_URING_REGISTER = 427 }; // the same numbers on every architecture; 426 is enter

static int refuse(int with) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, IO_URING_SETUP, 0, 2),
      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, IO_URING_REGISTER, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)with),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static int no_locked_memory(void) {
  struct rlimit none = {0, 0};
  return setrlimit(RLIMIT_MEMLOCK, &none);
}

int main(int count, char **arguments) {
  if (count < 3) return fprintf(stderr, "usage: deny eperm|enosys|memlock PROGRAM...\n"), 2;
  const char *mode = arguments[1];
  int failed = -1;
  if (strcmp(mode, "eperm") == 0) failed = refuse(EPERM);
  if (strcmp(mode, "enosys") == 0) failed = refuse(ENOSYS);
  if (strcmp(mode, "memlock") == 0) failed = no_locked_memory();
  if (failed != 0) return perror("deny"), 125;
  execv(arguments[2], arguments + 2);
  return perror(arguments[2]), 126;
}
