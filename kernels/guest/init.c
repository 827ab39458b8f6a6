// PID 1 of a guest. Mounts what Node needs, brings loopback up, runs the test runner, prints the kernel's log, and
// powers off with the runner's verdict. Everything goes to the console; the host reads nothing else.
//
// On x86 the verdict also leaves through qemu's isa-debug-exit device: the value is 0x10 + verdict, so qemu ends with
// 33 for a pass and 35..63 for a failure, which no error of qemu's own and no reset of the guest looks like.
#define _GNU_SOURCE
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <sys/io.h>
#endif

enum { EXIT_PORT = 0xf4, EXIT_BASE = 0x10, EXIT_MOST = 15, LOG_READ_ALL = 3 };

static double uptime(void) {
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void mount_on(const char *kind, const char *path) {
  mkdir(path, 0755);
  if (mount(kind, path, kind, 0, NULL) != 0) printf("INIT cannot mount %s on %s\n", kind, path);
}

static void write_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return; // a setting that this kernel does not have
  if (write(fd, text, strlen(text)) < 0) printf("INIT cannot write %s\n", path);
  close(fd);
}

static void loopback_up(void) {
  struct ifreq request = {.ifr_name = "lo"};
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  if (ioctl(fd, SIOCGIFFLAGS, &request) == 0) {
    request.ifr_flags |= IFF_UP;
    ioctl(fd, SIOCSIFFLAGS, &request);
  }
  close(fd);
}

// Waits for the runner and reaps whatever else was left to PID 1.
static int run(char *const arguments[]) {
  pid_t child = fork();
  if (child == 0) {
    setsid();
    execv(arguments[0], arguments);
    _exit(127);
  }
  for (;;) {
    int status = 0;
    pid_t done = wait(&status);
    if (done != child) continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
}

static void print_kernel_log(void) {
  static char text[1 << 20];
  int length = klogctl(LOG_READ_ALL, text, sizeof text);
  printf("KERNEL_LOG_BEGIN\n");
  if (length > 0) fwrite(text, 1, (size_t)length, stdout);
  printf("\nKERNEL_LOG_END %d\n", length);
}

int main(void) {
  int console = open("/dev/console", O_RDWR);
  if (console >= 0)
    for (int fd = 0; fd < 3; fd++) dup2(console, fd);
  setvbuf(stdout, NULL, _IOLBF, 0);
  mount_on("proc", "/proc");
  mount_on("sysfs", "/sys");
  mount_on("devtmpfs", "/dev");
  mount_on("tmpfs", "/dev/shm");
  mount_on("tmpfs", "/run");
  loopback_up();
  write_file("/proc/sys/vm/overcommit_memory", "1"); // specs reserve more memory than they touch
  write_file("/proc/sys/vm/nr_hugepages", "4"); // for rings that lie in huge pages
  write_file("/proc/sys/kernel/hung_task_timeout_secs", "30");
  struct rlimit files = {65536, 65536};
  setrlimit(RLIMIT_NOFILE, &files);
  printf("\nINIT_AT %.3f\n", uptime());

  setenv("PATH", "/usr/bin:/bin", 1);
  setenv("HOME", "/root", 1);
  setenv("TMPDIR", "/tmp", 1);
  char *runner[] = {"/usr/bin/node", "/app/kernels/guest/run.js", NULL};
  int verdict = chdir("/app") == 0 ? run(runner) : 126;

  print_kernel_log();
  printf("GUEST_EXIT %d AT %.3f\n", verdict, uptime());
  fflush(stdout);
  sync();
  tcdrain(STDOUT_FILENO); // the debug port ends qemu at once: the last lines must be out before
  usleep(100000);
#if defined(__x86_64__)
  if (ioperm(EXIT_PORT, 4, 1) == 0) outb(EXIT_BASE + (verdict > EXIT_MOST ? EXIT_MOST : verdict), EXIT_PORT);
#endif
  reboot(RB_POWER_OFF);
  for (;;) pause();
}
