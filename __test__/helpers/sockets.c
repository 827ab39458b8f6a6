// What the C library and the kernel say about the structures that src/sockets/ encodes and decodes: one
// line in, one line of hexadecimal bytes (or `errno N`) out. See sockets.ts.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

static void print(const void *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) printf("%02x", ((const unsigned char *)bytes)[i]);
  printf(length ? "\n" : "-\n");
}

static void refuse(void) { printf("errno %d\n", errno); }

// `-` is no bytes.
static size_t parse(const char *hex, unsigned char *into) {
  size_t length = 0;
  unsigned byte;
  for (; sscanf(hex, "%2x", &byte) == 1 && hex[0] != '-'; hex += 2) into[length++] = byte;
  return length;
}

static void inet(const char *text, int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  if (inet_pton(AF_INET, text, &address.sin_addr) != 1) printf("none\n");
  else print(&address, sizeof address);
}

static void inet6(const char *text, int port, unsigned flowinfo, unsigned scope) {
  struct sockaddr_in6 address = {.sin6_family = AF_INET6,
                                 .sin6_port = htons(port),
                                 .sin6_flowinfo = htonl(flowinfo),
                                 .sin6_scope_id = scope};
  if (inet_pton(AF_INET6, text, &address.sin6_addr) != 1) printf("none\n");
  else print(&address, sizeof address);
}

static void unix_name(const char *hex) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = parse(hex, (unsigned char *)address.sun_path);
  int path = length > 0 && address.sun_path[0] != 0;
  print(&address, offsetof(struct sockaddr_un, sun_path) + length + path);
}

// Binds a new socket to these bytes; what getsockname(2) says then.
static void bound(const char *hex) {
  struct sockaddr_storage address = {0};
  socklen_t length = parse(hex, (unsigned char *)&address);
  int fd = socket(address.ss_family, SOCK_DGRAM, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) < 0) refuse();
  else {
    struct sockaddr_storage name = {0};
    length = sizeof name;
    getsockname(fd, (struct sockaddr *)&name, &length);
    print(&name, length);
  }
  close(fd);
}

static struct cmsghdr *append(struct msghdr *message, struct cmsghdr *last, int level, int type,
                              const void *data, size_t size) {
  message->msg_controllen += CMSG_SPACE(size);
  struct cmsghdr *next = last ? CMSG_NXTHDR(message, last) : CMSG_FIRSTHDR(message);
  next->cmsg_level = level;
  next->cmsg_type = type;
  next->cmsg_len = CMSG_LEN(size);
  memcpy(CMSG_DATA(next), data, size);
  return next;
}

// Messages separated by `|`, each a name and its numbers.
static void control(char *line) {
  static _Alignas(8) unsigned char memory[4096];
  memset(memory, 0, sizeof memory);
  struct msghdr message = {.msg_control = memory};
  struct cmsghdr *last = NULL;
  char *next;
  for (char *one = strtok_r(line, "|", &next); one; one = strtok_r(NULL, "|", &next)) {
    char kind[32], text[300];
    long long n[8] = {0};
    int used = 0;
    sscanf(one, " %31s%n", kind, &used);
    char *rest = one + used;
#define ADD(level, type, value) last = append(&message, last, level, type, &(value), sizeof(value))
    if (!strcmp(kind, "raw")) {
      unsigned char data[256];
      sscanf(rest, "%lld %lld %299s", &n[0], &n[1], text);
      last = append(&message, last, n[0], n[1], data, parse(text, data));
      continue;
    }
    if (!strcmp(kind, "pktinfo")) {
      struct in_pktinfo info = {0};
      char to[64] = "0.0.0.0";
      sscanf(rest, "%d %299s %63s", &info.ipi_ifindex, text, to);
      inet_pton(AF_INET, text, &info.ipi_spec_dst);
      inet_pton(AF_INET, to, &info.ipi_addr);
      ADD(IPPROTO_IP, IP_PKTINFO, info);
      continue;
    }
    if (!strcmp(kind, "pktinfo6")) {
      struct in6_pktinfo info = {0};
      sscanf(rest, "%u %299s", &info.ipi6_ifindex, text);
      inet_pton(AF_INET6, text, &info.ipi6_addr);
      ADD(IPPROTO_IPV6, IPV6_PKTINFO, info);
      continue;
    }
    int count = 0;
    for (char *end; count < 8; count++, rest = end) {
      n[count] = strtoll(rest, &end, 10);
      if (end == rest) break;
    }
    int number = n[0];
    if (!strcmp(kind, "rights")) {
      int fds[8];
      for (int i = 0; i < count; i++) fds[i] = n[i];
      last = append(&message, last, SOL_SOCKET, SCM_RIGHTS, fds, count * sizeof(int));
    } else if (!strcmp(kind, "credentials")) {
      struct ucred who = {n[0], n[1], n[2]};
      ADD(SOL_SOCKET, SCM_CREDENTIALS, who);
    } else if (!strcmp(kind, "segment")) {
      unsigned short size = n[0];
      ADD(IPPROTO_UDP, UDP_SEGMENT, size);
    } else if (!strcmp(kind, "gro")) ADD(IPPROTO_UDP, UDP_GRO, number);
    else if (!strcmp(kind, "ttl")) ADD(IPPROTO_IP, IP_TTL, number);
    else if (!strcmp(kind, "tos")) ADD(IPPROTO_IP, IP_TOS, number);
    else if (!strcmp(kind, "hoplimit")) ADD(IPPROTO_IPV6, IPV6_HOPLIMIT, number);
    else if (!strcmp(kind, "tclass")) ADD(IPPROTO_IPV6, IPV6_TCLASS, number);
    else if (!strcmp(kind, "pidfd")) ADD(SOL_SOCKET, 4, number);
    else if (!strcmp(kind, "timestamp")) {
      struct timespec time = {n[0], n[1]};
      ADD(SOL_SOCKET, SO_TIMESTAMPNS, time);
    } else if (!strcmp(kind, "microseconds")) {
      struct timeval time = {n[0], n[1]};
      ADD(SOL_SOCKET, SO_TIMESTAMP, time);
    } else if (!strcmp(kind, "timestamping")) {
      struct timespec times[3] = {{n[0], n[1]}, {0, 0}, {n[2], n[3]}};
      ADD(SOL_SOCKET, SO_TIMESTAMPING, times);
    } else {
      printf("unknown %s\n", kind);
      return;
    }
  }
  print(memory, message.msg_controllen);
}

static int enable(int fd, int level, int name) {
  return setsockopt(fd, level, name, &(int){1}, sizeof(int));
}

// Sends 3,000 bytes with these control messages over loopback; what is received, with everything
// asked for that a datagram can say: `truncated` and the control messages in `room` bytes.
static void datagram(int family, const char *hex, size_t room) {
  unsigned char out[1024], payload[3000] = {0}, in[4096];
  static _Alignas(8) unsigned char memory[4096];
  struct sockaddr_storage address = {.ss_family = family};
  socklen_t length = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
  if (family == AF_INET) ((struct sockaddr_in *)&address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  else ((struct sockaddr_in6 *)&address)->sin6_addr = in6addr_loopback;
  int to = socket(family, SOCK_DGRAM, 0), from = socket(family, SOCK_DGRAM, 0);
  enable(to, SOL_SOCKET, SO_TIMESTAMPNS);
  enable(to, IPPROTO_UDP, UDP_GRO);
  if (family == AF_INET) {
    enable(to, IPPROTO_IP, IP_PKTINFO);
    enable(to, IPPROTO_IP, IP_RECVTTL);
    enable(to, IPPROTO_IP, IP_RECVTOS);
  } else {
    enable(to, IPPROTO_IPV6, IPV6_RECVPKTINFO);
    enable(to, IPPROTO_IPV6, IPV6_RECVHOPLIMIT);
    enable(to, IPPROTO_IPV6, IPV6_RECVTCLASS);
  }
  struct iovec iov = {payload, sizeof payload}, space = {in, sizeof in};
  struct msghdr message = {.msg_name = &address, .msg_namelen = length, .msg_iov = &iov,
                           .msg_iovlen = 1, .msg_control = out,
                           .msg_controllen = parse(hex, out)};
  struct msghdr received = {.msg_iov = &space, .msg_iovlen = 1, .msg_control = memory,
                            .msg_controllen = room};
  if (bind(to, (struct sockaddr *)&address, length) ||
      getsockname(to, (struct sockaddr *)&address, &length) || sendmsg(from, &message, 0) < 0 ||
      recvmsg(to, &received, 0) < 0)
    refuse();
  else {
    printf("%d ", (received.msg_flags & MSG_CTRUNC) != 0);
    print(memory, received.msg_controllen);
  }
  close(to);
  close(from);
}

static int descriptors(int *into) {
  int count = 0;
  for (int fd = 0; fd < 256; fd++)
    if (fcntl(fd, F_GETFD) >= 0) into[count++] = fd;
  return count;
}

// Passes `count` descriptors and the sender's credentials through a socket; what is received in `room`
// bytes: `truncated`, the descriptors that are open now and were not before, the control messages.
static void rights(int count, size_t room) {
  int pair[2], passed[256], before[256], after[256];
  static _Alignas(8) unsigned char out[2048], memory[2048];
  memset(memory, 0xee, sizeof memory);
  socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
  enable(pair[1], SOL_SOCKET, SO_PASSCRED);
  for (int i = 0; i < count; i++) passed[i] = pair[0];
  struct iovec iov = {"x", 1};
  struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = out};
  append(&message, NULL, SOL_SOCKET, SCM_RIGHTS, passed, count * sizeof(int));
  char in;
  struct iovec space = {&in, 1};
  struct msghdr received = {.msg_iov = &space, .msg_iovlen = 1, .msg_control = memory,
                            .msg_controllen = room};
  int had = descriptors(before);
  if (sendmsg(pair[0], &message, 0) < 0 || recvmsg(pair[1], &received, 0) < 0) refuse();
  else {
    int has = descriptors(after), known = 0;
    printf("%d [", (received.msg_flags & MSG_CTRUNC) != 0);
    const char *comma = "";
    for (int i = 0; i < has; i++) {
      if (known < had && before[known] == after[i]) {
        known++;
        continue;
      }
      printf("%s%d", comma, after[i]);
      comma = ",";
      close(after[i]);
    }
    printf("] ");
    print(memory, received.msg_controllen);
  }
  close(pair[0]);
  close(pair[1]);
}

// Sets an option of a new socket unless the value is `-`, and reads it back.
static void option(int family, int type, int level, int name, const char *hex, int room) {
  unsigned char value[512], read[512] = {0};
  socklen_t length = room;
  int fd = socket(family, type, 0);
  size_t size = parse(hex, value);
  if (hex[0] != '-' && setsockopt(fd, level, name, value, size) < 0) refuse();
  else if (room == 0) printf("set\n");
  else if (getsockopt(fd, level, name, read, &length) < 0) refuse();
  else print(read, length);
  close(fd);
}

// A child that comes to this end; what waitid(2) says of it, after the child's pid and uid.
static void child(const char *how) {
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) {
    struct rlimit core = {0};
    setrlimit(RLIMIT_CORE, &core);
    if (!strcmp(how, "exited")) _exit(213);
    if (!strcmp(how, "trapped")) {
      ptrace(PTRACE_TRACEME, 0, 0, 0);
      raise(SIGUSR1);
    }
    if (!strcmp(how, "stopped") || !strcmp(how, "continued")) raise(SIGSTOP);
    for (;;) pause();
  }
  siginfo_t info = {0};
  int options = WEXITED | WSTOPPED;
  if (!strcmp(how, "killed")) kill(pid, SIGTERM);
  if (!strcmp(how, "continued")) {
    waitid(P_PID, pid, &info, WSTOPPED);
    memset(&info, 0, sizeof info);
    kill(pid, SIGCONT);
    options = WCONTINUED;
  }
  if (!strcmp(how, "nothing")) options |= WNOHANG;
  if (waitid(P_PID, pid, &info, options) < 0) refuse();
  else {
    printf("%d %d ", pid, getuid());
    print(&info, sizeof info);
  }
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
}

// The structure of a child that ended so, filled in by hand: nothing here can count on a core dump.
static void filled(int code, int pid, unsigned uid, int status) {
  siginfo_t info = {.si_signo = SIGCHLD, .si_code = code};
  info.si_pid = pid;
  info.si_uid = uid;
  info.si_status = status;
  print(&info, sizeof info);
}

int main(void) {
  static char line[8192], a[4096], b[4096];
  int n[6];
  unsigned flow, scope;
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    if (sscanf(line, "inet6 %4095s %d %u %u", a, n, &flow, &scope) == 4)
      inet6(a, n[0], flow, scope);
    else if (sscanf(line, "inet %4095s %d", a, n) == 2) inet(a, n[0]);
    else if (sscanf(line, "unix %4095s", a) == 1) unix_name(a);
    else if (sscanf(line, "bind %4095s", a) == 1) bound(a);
    else if (sscanf(line, "index %4095s", a) == 1) printf("%u\n", if_nametoindex(a));
    else if (!strncmp(line, "control ", 8)) control(line + 8);
    else if (sscanf(line, "datagram %d %4095s %d", n, a, n + 1) == 3) datagram(n[0], a, n[1]);
    else if (sscanf(line, "rights %d %d", n, n + 1) == 2) rights(n[0], n[1]);
    else if (sscanf(line, "option %d %d %d %d %4095s %d", n, n + 1, n + 2, n + 3, b, n + 4) == 6)
      option(n[0], n[1], n[2], n[3], b, n[4]);
    else if (sscanf(line, "child %4095s", a) == 1) child(a);
    else if (!strcmp(line, "codes"))
      printf("%d %d %d %d %d %d\n", CLD_EXITED, CLD_KILLED, CLD_DUMPED, CLD_TRAPPED, CLD_STOPPED,
             CLD_CONTINUED);
    else if (sscanf(line, "filled %d %d %u %d", n, n + 1, &flow, n + 2) == 4)
      filled(n[0], n[1], flow, n[2]);
    else printf("unknown %s\n", line);
  }
  return 0;
}
